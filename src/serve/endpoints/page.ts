import { defineEndpoint } from '../endpoint.ts';
import { PAGE } from '../page/page-html.ts';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src " +
  "data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/',
  tag: 'Server',
  summary: 'A page to try the server',
  isOpen: true,
  reply: { description: 'The page', texts: ['text/html'] },
  handle: () => {
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'referrer-policy': 'no-referrer',
    };
    return new Response(PAGE, { headers });
  },
});
