// M image tokens of a prompt, D width
import type { ImageReader } from '../../models/architecture.ts';
import { imageVectors, type ReadyImages } from '../../models/placed-images.ts';
import type { Model } from '../../models/model.ts';
import type { StackInput } from '../../models/stack.ts';
import { layoutOfRows, type Layout } from '../../engine/nn/index.ts';
import { greatest } from '../../base/many.ts';
import { cat, scope, type Tensor } from '../../engine/tensor/index.ts';

/** How the tokens of a prompt attend to images among them. */
interface SeenPrompt extends Pick<Layout, 'axes' | 'together'> {
  prompt: Int32Array;
  /** Position of the first token after the prompt minus the prompt's length. */
  shift: bigint;
}

/** A prompt's images as model input: one vector for each image token. It owns them. */
export class SeenImages implements Disposable {
  /** [M, D] */
  readonly vectors: Tensor;
  /** The placeholder token for image vectors. */
  readonly token: number;
  /** Equal for equal images. */
  readonly identity: string;

  readonly #grids: ReadyImages['grids'];
  readonly #layoutAmong: ImageReader['layoutAmong'];
  /** Whether all tokens of a prompt attend to each other. */
  readonly seesPrompt: boolean;
  #seen: SeenPrompt | undefined;

  constructor(model: Model, images: ReadyImages, { token, identity }: Pick<SeenImages, 'token' | 'identity'>) {
    this.vectors = scope(() => imageVectors(model, images)).own();
    this.token = token;
    this.identity = identity;
    this.#grids = images.grids;
    this.#layoutAmong = model.trunk.imageReader?.layoutAmong;
    this.seesPrompt = model.trunk.imageReader?.seesPrompt === true;
  }

  /** Layout of the prompt's tokens with their images; undefined if image tokens are treated like text. */
  layoutOf(prompt: Int32Array): SeenPrompt | undefined {
    if (this.#layoutAmong === undefined) return undefined;
    if (this.#seen?.prompt !== prompt) {
      const places = BigInt64Array.from(placesOf(this, prompt), BigInt);
      const plain = layoutOfRows([prompt.length], { causal: true });
      const own = { places, grids: this.#grids, prompts: [prompt.length] };
      const { axes, together } = this.#layoutAmong(plain, own);
      const last = greatest((axes ?? [plain.positions]).map((axis) => greatest(Array.from(axis, Number), 0)));
      this.#seen = { prompt, axes, together, shift: BigInt(last + 1 - prompt.length) };
    }
    return this.#seen;
  }

  /** Equal for prompts that may share keys and values as far as their tokens are equal. */
  keyOf(prompt: Int32Array): unknown {
    return this.seesPrompt ? [this.identity, prompt.join()] : this.identity;
  }

  /**
   * Number of tokens, at least `count`, that a pass must read from `read` on so as not to split an image whose tokens
   * attend to each other.
   */
  wholeCount(prompt: Int32Array, read: number, count: number): number {
    const last = this.layoutOf(prompt)?.together?.to[read + count - 1];
    return last === undefined ? count : Number(last) + 1 - read;
  }

  [Symbol.dispose](): void {
    this.vectors.dispose();
  }
}

/** Positions of the image tokens in a prompt, ascending. */
export function placesOf({ token }: Pick<SeenImages, 'token'>, prompt: Int32Array): number[] {
  return [...prompt.keys()].filter((place) => prompt[place] === token);
}

/** The fields of a sequence and its pass that place images. */
interface ImageReading {
  sequence: { request: { images?: SeenImages; prompt: Int32Array }; read: number };
  count: number;
}

/** Adapts a pass's layout to the images among its tokens. */
export function layoutAmong(layout: Layout, readings: readonly ImageReading[]): Layout {
  const seen = readings.map(({ sequence: { request } }) => request.images?.layoutOf(request.prompt));
  const first = seen.find((one) => one !== undefined);
  if (first === undefined) return layout;
  const along = (of: (prompt: SeenPrompt) => BigInt64Array | undefined, isMoving: boolean): BigInt64Array => {
    const values = layout.positions.slice();
    for (const [row, prompt] of seen.entries()) {
      const own = prompt && of(prompt);
      if (own === undefined) continue;
      for (let token = layout.offsets[row]; token < layout.offsets[row + 1]; token++) {
        const place = Number(values[token]);
        if (place < own.length) values[token] = own[place];
        else if (isMoving) values[token] += prompt!.shift;
      }
    }
    return values;
  };
  const axes = first.axes?.map((_, axis) => along((prompt) => prompt.axes?.[axis], true));
  const [from, to] = (['from', 'to'] as const).map((end) => along((prompt) => prompt.together?.[end], false));
  // If no token attends to a later one, the layout stays causal and can use the fused operators.
  const isTogether = to.some((last, token) => last > layout.positions[token]);
  return { ...layout, ...(axes && { axes }), ...(isTogether && { together: { ...first.together, from, to } }) };
}

/** Image vectors that a pass reads and their positions among its tokens; undefined without images. */
export function placedIn(readings: readonly ImageReading[], offsets: readonly number[]): StackInput['placed'] {
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
