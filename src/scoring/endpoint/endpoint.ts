import { isThisMachine } from '../../base/connection.ts';
import { AttuneError } from '../../base/errors.ts';

/** A chat model behind an OpenAI-compatible endpoint. */
export interface Endpoint {
  /** Base URL including the version, without a trailing slash: "https://host/v1". Contains no secrets. */
  url: string;
  model: string;
  /** Sent as a bearer token; read from the environment and kept in memory only. */
  key?: string;
  /** Name of the key's environment variable, for messages. */
  keyVariable: string;
}

const DEFAULT_VARIABLE = 'OPENAI_API_KEY';

/**
 * An endpoint with its key from the environment, if one is needed.
 * @throws AttuneError E_ENDPOINT_URL for an address that is invalid, contains a secret, or would send the key
 * unencrypted; E_ENDPOINT_KEY for a key that cannot be sent
 */
export function endpointFrom(url: string, model: string, keyVariable = DEFAULT_VARIABLE): Endpoint {
  const parsed = URL.parse(url);
  if (parsed === null) throw badUrl('is not a URL', 'https://HOST/v1');
  const { username, password, search, protocol, hostname } = parsed;
  if (username !== '' || password !== '' || search !== '') {
    throw badUrl(
      'contains credentials or a query, which would end up in logs',
      `the plain URL; the key belongs in ${keyVariable}`,
    );
  }
  const key = keyFrom(keyVariable);
  if (key !== undefined && protocol !== 'https:' && !isThisMachine(hostname)) {
    throw badUrl(`would receive the key in ${keyVariable} unencrypted`, 'https://, or a host on this machine');
  }
  return { url: url.replace(/\/+$/, ''), model, key, keyVariable };
}

function keyFrom(variable: string): string | undefined {
  const key = process.env[variable]?.trim();
  if (key === undefined || key === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new AttuneError('E_ENDPOINT_KEY', {
    what: `${variable} does not contain a valid key`,
    got: 'text with white space or non-ASCII characters, which cannot be sent',
    fix: `set ${variable} to the key only`,
  });
}

function badUrl(what: string, expected: string): AttuneError {
  return new AttuneError('E_ENDPOINT_URL', { what: `The endpoint's address ${what}`, expected });
}
