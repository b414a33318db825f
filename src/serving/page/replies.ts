const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src " +
  "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** An HTML reply with a content security policy that allows only this server's scripts and requests to it. */
export function pageReply(page: string): Response {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
  };
  return new Response(page, { headers });
}

export function scriptReply(script: string): Response {
  return new Response(script, { headers: { 'content-type': 'text/javascript; charset=utf-8' } });
}
