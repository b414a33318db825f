/** Sums modulo 2³²: quantised values, and masks expanded from secrets. */
import {
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
} from 'node:crypto';

/** Quantised values are 0 … RANGE, so sums over 1,024 sites fit into 32 bits. */
const RANGE = 2 ** 22;
export const MOST_SITES = 1024;

/** Clips values to ±`limit` and rounds them to integers; the maximum rounding error is limit / RANGE. */
export function quantise(values: ArrayLike<number>, limit: number): Uint32Array {
  const scale = RANGE / (2 * limit);
  return Uint32Array.from(values, (value) => Math.round((Math.min(limit, Math.max(-limit, value)) + limit) * scale));
}

/** Sum of the values of `sites` sites, from the sum of their integers. */
export function dequantise(sum: Uint32Array, { limit, sites }: { limit: number; sites: number }): Float64Array {
  const scale = (2 * limit) / RANGE;
  return Float64Array.from(sum, (value) => value * scale - limit * sites);
}

/** Maximum error of a sum over `sites` sites caused by quantisation. */
export function quantisationStep({ limit, sites }: { limit: number; sites: number }): number {
  return (sites * limit) / RANGE;
}

/** Adds or subtracts the mask generated from a 32-byte seed. */
export function addMask(values: Uint32Array, seed: Uint8Array, sign: 1 | -1): void {
  const cipher = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  const stream = cipher.update(Buffer.alloc(values.byteLength));
  for (let i = 0; i < values.length; i++) {
    const mask = stream.readUInt32LE(4 * i);
    values[i] = sign === 1 ? values[i] + mask : values[i] - mask;
  }
}

export function addInto(sum: Uint32Array, values: Uint32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += values[i];
}

/** An X25519 key pair, as DER. */
export interface ExchangeKeys {
  secret: Uint8Array;
  open: Uint8Array;
}

export function newExchangeKeys(): ExchangeKeys {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return {
    secret: privateKey.export({ type: 'pkcs8', format: 'der' }),
    open: publicKey.export({ type: 'spki', format: 'der' }),
  };
}

/** 32-byte seed that both members of a pair derive, specific to a purpose. */
export function sharedSeed(secret: Uint8Array, open: Uint8Array, purpose: string): Uint8Array {
  const shared = diffieHellman({
    privateKey: createPrivateKey({ key: Buffer.from(secret), type: 'pkcs8', format: 'der' }),
    publicKey: createPublicKey({ key: Buffer.from(open), type: 'spki', format: 'der' }),
  });
  return new Uint8Array(hkdfSync('sha256', shared, Buffer.alloc(0), `attune federation: ${purpose}`, 32));
}
