/**
 * Authentication of sites: Flower's headers (a signed timestamp), and a signature of each request's body, without which
 * a recorded timestamp could be replayed with another body.
 */
import { sha256 } from '../files/hash.ts';
import { isSigned, type Signer } from './signers.ts';

export const HEADERS = {
  publicKey: 'flwr-public-key',
  signature: 'flwr-signature',
  time: 'flwr-timestamp',
  body: 'attune-body-signature',
  invitation: 'attune-invitation',
  title: 'attune-site',
} as const;

/** Maximum clock difference in seconds, as in Flower. */
const TOLERANCE_SECONDS = 300;

export function authHeaders(signer: Signer, path: string, body: Uint8Array): Record<string, string> {
  // Python's ISO format, which Flower parses.
  const time = new Date().toISOString().replace('Z', '+00:00');
  return {
    [HEADERS.publicKey]: Buffer.from(signer.publicKey).toString('base64'),
    [HEADERS.signature]: signer.sign(time).toString('base64'),
    [HEADERS.time]: time,
    [HEADERS.body]: signer.sign(bodyText(time, path, body)).toString('base64'),
  };
}

function bodyText(time: string, path: string, body: Uint8Array): string {
  return `${time}\n${path}\n${sha256(body)}`;
}

/** Public key (PEM) if the request is signed with it, otherwise the reason for rejecting the request. */
export function authenticated(
  header: (name: string) => string | undefined,
  path: string,
  body: Uint8Array,
): { publicKey: string } | { refused: string } {
  const [key, signature, time, ofBody] = [HEADERS.publicKey, HEADERS.signature, HEADERS.time, HEADERS.body].map(header);
  if (key === undefined || signature === undefined || time === undefined || ofBody === undefined)
    return { refused: 'no signature' };
  const age = Math.abs(Date.now() - Date.parse(time)) / 1000;
  if (!(age <= TOLERANCE_SECONDS))
    return { refused: `a timestamp that is off by ${Math.round(age)} s: correct this machine's clock` };
  const publicKey = Buffer.from(key, 'base64').toString();
  const bytes = (text: string) => Buffer.from(text, 'base64');
  if (!isSigned(time, bytes(signature), publicKey) || !isSigned(bodyText(time, path, body), bytes(ofBody), publicKey))
    return { refused: 'an invalid signature' };
  return { publicKey };
}
