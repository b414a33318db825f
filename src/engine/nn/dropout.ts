import { philoxWord } from '../../base/random.ts';
import { aten, attune, fromArray, zeros, type Tensor } from '../tensor/index.ts';
import { rowOfTokens, type Layout } from './layout.ts';
import { Module } from './module.ts';

/** Keys of a training pass's random numbers: the run's seed, the step, and each token's identity. */
export interface Randomness {
  seed: number;
  step: number;
  /** int64 [N]: a hash of each token's row and position, so that batching has no effect. */
  tokens: Tensor;
}

let current: Randomness | undefined;

/** Runs a training pass with dropout enabled. Elsewhere, dropout is the identity. */
export function withRandomness<T>(randomness: Randomness | undefined, body: () => T): T {
  const before = current;
  current = randomness;
  try {
    return body();
  } finally {
    current = before;
  }
}

/**
 * Runs layers on something other than the pass's tokens, such as pooled texts; `keysOf` derives their keys from the
 * tokens' int64 [N].
 */
export function withTokens<T>(keysOf: (tokens: Tensor) => Tensor, body: () => T): T {
  if (current === undefined) return body();
  return withRandomness({ ...current, tokens: keysOf(current.tokens) }, body);
}

/**
 * Keys int64 [M] of an encoder's frames, which are not tokens: derived from the key of the row's first token in the
 * decoder, tokens int64 [N], and the frame's position.
 */
export function encoderTokens(tokens: Tensor, decoder: Layout, encoder: Layout): Tensor {
  const rows = rowOfTokens(encoder);
  const firstToken = new Map<number, number>();
  for (const [segment, row] of decoder.rowOf.entries())
    if (!firstToken.has(row)) firstToken.set(row, decoder.offsets[segment]);
  const first = BigInt64Array.from(rows, (row) => BigInt(firstToken.get(row) ?? 0));
  return tokenParts(tokens, first, encoder.positions);
}

/** Keys int64 [M] of parts of tokens: derived from the owner's key and the part's index. */
export function tokenParts(tokens: Tensor, owners: BigInt64Array, places: BigInt64Array): Tensor {
  const { device } = tokens;
  const keys = tokens.indexSelect(0, fromArray(owners).toDevice(device));
  // Multiplying by an odd number is injective mod 2^64, and keeps the sums with small indices apart.
  return keys.mul(6364136223846793005n).add(fromArray(places).toDevice(device));
}

/** Randomness of the current pass, to restore it when a block is recomputed. */
export function currentRandomness(): Randomness | undefined {
  return current;
}

/** A number in [0, 1) per feature of x [N, …], derived from the key and the tokens' identities, not from the batch. */
function keyedNoise(x: Tensor, tokens: Tensor, key: bigint): Tensor {
  return attune.keyed_uniform.default(tokens, x.size / x.shape[0], key).reshape(...x.shape);
}

/** Zeroes features with probability p and scales the rest by 1/(1-p), keyed by (seed, step, site, token, feature). */
export class Dropout extends Module {
  readonly #probability: number;
  readonly #site: number;

  /** `site`: a name unique among the model's dropouts. */
  constructor(probability: number, site: string) {
    super();
    this.#probability = probability;
    this.#site = hash32(site);
  }

  /** Whether `forward` has an effect. */
  get isActive(): boolean {
    return current !== undefined && this.#probability > 0;
  }

  /** x [N, D] or [N, H, D] → the same */
  forward(x: Tensor): Tensor {
    if (current === undefined || this.#probability === 0) return x;
    const { seed, step, tokens } = current;
    const kept = keyedNoise(x, tokens, philoxWord([seed, 'dropout', step, this.#site]));
    const mask = aten.ge.Scalar(kept, this.#probability).to(x.dtype);
    return x.mul(mask.mul(1 / (1 - this.#probability)));
  }
}

/** Multiplies features by random factors between 1 - amount and 1 + amount in training (Fedus et al., 2022). */
export class Jitter extends Module {
  readonly #amount: number;
  readonly #site: number;

  /** `site`: a name unique among the model's jitters. */
  constructor(amount: number, site: string) {
    super();
    this.#amount = amount;
    this.#site = hash32(site);
  }

  /** x [N, D] → the same */
  forward(x: Tensor): Tensor {
    if (current === undefined || this.#amount === 0) return x;
    const { seed, step, tokens } = current;
    const noise = keyedNoise(x, tokens, philoxWord([seed, 'jitter', step, this.#site]));
    return x.mul(
      noise
        .mul(2 * this.#amount)
        .add(1 - this.#amount)
        .to(x.dtype),
    );
  }
}

/**
 * Stochastic depth: drops a layer's contribution for whole rows with probability p and scales the rest by 1/(1-p)
 * (Huang et al., 2016).
 */
export class DropPath extends Module {
  readonly #dropout: Dropout;

  constructor(probability: number, site: string) {
    super();
    this.#dropout = new Dropout(probability, site);
  }

  /** x [N, D] of a layout's rows → the same; a row's key is its first token's. */
  forward(x: Tensor, layout: Layout): Tensor {
    if (!this.#dropout.isActive) return x;
    const first = BigInt64Array.from(layout.rowOf, (_, segment) => BigInt(layout.offsets[segment]));
    const ones = zeros([first.length, 1], { dtype: x.dtype, device: x.device }).add(1);
    const places = fromArray(first).toDevice(x.device);
    const kept = withTokens(
      (tokens) => tokens.indexSelect(0, places),
      () => this.#dropout.forward(ones),
    ); // [R, 1]
    const rows = BigInt64Array.from(rowOfTokens(layout), BigInt);
    return x.mul(kept.indexSelect(0, fromArray(rows).toDevice(x.device)));
  }
}

/** FNV-1a. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
