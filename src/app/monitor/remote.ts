import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';

export interface RemoteOptions {
  /** Environment variable with the server's key; default: ATTUNE_API_KEY. */
  keyVariable?: string;
}

/** URL of a page on a running server, whose address may end in `/v1`. */
export function remoteUrl(address: string, path: string): string {
  return `${address.replace(/\/(?:v1\/?)?$/, '')}${path}`;
}

/** Requests something from a running server, with POST if there is a body. @throws AttuneError E_SERVER */
export async function askServer<Reply>(
  address: string,
  path: string,
  { keyVariable = 'ATTUNE_API_KEY', body }: RemoteOptions & { body?: object } = {},
): Promise<Reply> {
  const url = remoteUrl(address, path);
  const key = process.env[keyVariable];
  const headers = {
    ...(key !== undefined && key !== '' && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(url, { ...sent, headers, redirect: 'error', signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    throw unanswered(url, (error as { cause?: Error }).cause?.message ?? (error as Error).message);
  }
  const text = await response.text();
  if (!response.ok) throw unanswered(url, messageOf(text) ?? `status ${response.status}`, keyVariable);
  return parseJson<Reply>(text);
}

function messageOf(text: string): string | undefined {
  try {
    return parseJson<{ error?: { message?: string } }>(text).error?.message;
  } catch {
    return undefined;
  }
}

function unanswered(url: string, got: string, variable?: string): AttuneError {
  return new AttuneError('E_SERVER', {
    what: `${url} does not provide monitoring data`,
    got,
    expected: 'a server started by `attune serve`',
    fix: variable === undefined ? undefined : `set ${variable} to a key with administrator permission`,
  });
}
