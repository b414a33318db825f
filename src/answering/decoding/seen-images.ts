// M image tokens of a prompt, D width
import { imageVectors } from '../../models/placed-images.ts';
import type { Model } from '../../models/model.ts';
import type { StackInput } from '../../models/stack.ts';
import { cat, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Reading } from './reader.ts';

/** A prompt's images as model input: one vector for each image token. It owns them. */
export class SeenImages implements Disposable {
  /** [M, D] */
  readonly vectors: Tensor;
  /** The token that stands for them. */
  readonly token: number;
  /** Equal for equal images. */
  readonly identity: string;

  /** Reads the images' squares, pixels [T, C, Y, X]. */
  constructor(model: Model, pixels: Tensor, { token, identity }: Pick<SeenImages, 'token' | 'identity'>) {
    this.vectors = scope(() => imageVectors(model, pixels)).own();
    this.token = token;
    this.identity = identity;
  }

  [Symbol.dispose](): void {
    this.vectors.dispose();
  }
}

/** The places of a prompt's tokens that images take, in their order. */
export function placesOf({ token }: Pick<SeenImages, 'token'>, prompt: Int32Array): number[] {
  return [...prompt.keys()].filter((place) => prompt[place] === token);
}

/** Vectors of the images that a pass reads, in the places of its tokens; undefined where it reads none. */
export function placedIn(readings: readonly Reading[], offsets: readonly number[]): StackInput['placed'] {
  const places: bigint[] = [];
  const vectors: Tensor[] = [];
  for (const [row, { sequence, count }] of readings.entries()) {
    const { images, prompt } = sequence.request;
    if (images === undefined || sequence.read >= prompt.length) continue;
    const [from, to] = [sequence.read, sequence.read + count];
    const all = placesOf(images, prompt);
    const first = all.findIndex((place) => place >= from);
    const own = first < 0 ? [] : all.slice(first).filter((place) => place < to);
    if (own.length === 0) continue;
    for (const place of own) places.push(BigInt(offsets[row] + place - from));
    vectors.push(images.vectors.narrow(0, first, own.length));
  }
  if (vectors.length === 0) return undefined;
  return { places: BigInt64Array.from(places), vectors: vectors.length === 1 ? vectors[0] : cat(vectors) };
}
