// N items, V items in the vocabulary, U distinct texts, T tokens of the longest, E width of the encoder's vectors, D
// width
import { philoxWord } from '../../base/random.ts';
import { layoutOfRows, Linear, Module, ModuleBuffer, withTokens } from '../../engine/nn/index.ts';
import { cat, empty, fromArray, noGrad, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { isCausal } from '../architecture.ts';
import type { Model } from '../model.ts';
import { directRunner, runStack, type PassOptions } from '../stack.ts';

/** Encoded texts of a batch's items. */
export interface ReadTexts {
  /** One vector per distinct text, then a zero vector for items without text: [U + 1, E] */
  vectors: Tensor;
  /** Row of each item's text. */
  placeOf: ReadonlyMap<number, number>;
}

/** Every item's text as tokens, and the projection of its encoding to an item vector. */
export class TextFeature extends Module {
  /** Token ids + 1, padded with 0: i32 [V, T] */
  readonly tokens: ModuleBuffer;
  readonly dense: Linear;

  constructor(items: number, sizes: { longest: number; textWidth: number; width: number }) {
    super();
    this.tokens = new ModuleBuffer([items, sizes.longest], 'i32');
    this.dense = new Linear(sizes.textWidth, sizes.width);
  }

  /** ids int64 [N] → [N, D] */
  forward(ids: Tensor, dtype: DType, texts: ReadTexts | undefined): Tensor {
    if (texts === undefined) throw new Error('texts can only be read before items have vectors');
    if (ids.device === 'meta')
      return this.dense.forward(empty([ids.shape[0], this.dense.inFeatures], { dtype, device: 'meta' }));
    const places = BigInt64Array.from(ids.toNumbers(), (id) => BigInt(texts.placeOf.get(id)!));
    return this.dense.forward(texts.vectors.indexSelect(0, fromArray(places).toDevice(ids.device)).to(dtype));
  }

  override fixedValue(name: string, { device }: { device: string }): Tensor | undefined {
    return name === 'tokens' ? zeros(this.tokens.shape, { dtype: 'i32', device }) : undefined;
  }
}

/** Tokens per batch when no gradients are needed. */
const TOKENS_AT_ONCE = 8192;

type ReadOptions = Pick<PassOptions, 'dtype' | 'device' | 'runner'>;

/** Encodes the texts of a batch's items, each distinct text once, with an encoder that is trained along. */
export class ItemTextReader {
  readonly encoder: Model;
  readonly #feature: TextFeature;
  readonly #causal: boolean;
  #kept: Map<string, Float32Array> | undefined;

  constructor(encoder: Model, feature: TextFeature) {
    this.encoder = encoder;
    this.#feature = feature;
    this.#causal = isCausal(encoder.architecture, encoder.config);
  }

  /** Maximum tokens of a text. */
  get longest(): number {
    return this.#feature.tokens.shape[1];
  }

  /** Caches encoded texts from now on, since weights no longer change. */
  keep(): void {
    this.#kept ??= new Map();
  }

  /** `runner`: backpropagates through the encoder block by block; the objective may use the results more than once. */
  read(ids: Iterable<number>, options: ReadOptions): ReadTexts {
    const placeOf = new Map<number, number>();
    const { width } = this;
    // Tensors on `meta` have no values, so there are no texts to encode.
    if (options.device === 'meta') return { vectors: empty([1, width], { device: 'meta' }), placeOf };
    const texts = new Map<string, readonly number[]>();
    const keys = new Map<number, string>();
    for (const [id, tokens] of this.#tokensOf([...new Set(ids)])) {
      const key = tokens.join(' ');
      keys.set(id, key);
      if (key !== '') texts.set(key, tokens);
    }
    const places = new Map([...texts.keys()].map((key, place) => [key, place]));
    for (const [id, key] of keys) placeOf.set(id, places.get(key) ?? texts.size);
    return { vectors: this.#vectorsOf(texts, options), placeOf };
  }

  get width(): number {
    return this.#feature.dense.inFeatures;
  }

  #tokensOf(ids: readonly number[]): [number, number[]][] {
    const { tensor } = this.#feature.tokens;
    const places = fromArray(BigInt64Array.from(ids, BigInt)).toDevice(tensor.device);
    const all = tensor.indexSelect(0, places).flatten().toNumbers();
    return ids.map((id, i) => {
      const own = all.slice(i * this.longest, (i + 1) * this.longest);
      return [id, own.filter((token) => token > 0).map((token) => token - 1)];
    });
  }

  /** → [U + 1, E] */
  #vectorsOf(texts: ReadonlyMap<string, readonly number[]>, options: ReadOptions): Tensor {
    const kept = this.#kept;
    if (kept !== undefined) return this.#keptVectors(texts, kept, options);
    const all = [...texts.values()];
    const none = zeros([1, this.width], { device: options.device });
    if (all.length === 0) return none;
    // With a runner, everything is a single stage of the tape.
    if (options.runner !== undefined) return this.#encode(all, { ...options, last: none });
    const parts = this.#parts(all).map((some) => this.#encode(some, options));
    return cat([...parts, none.to(parts[0].dtype)]);
  }

  #keptVectors(
    texts: ReadonlyMap<string, readonly number[]>,
    kept: Map<string, Float32Array>,
    options: ReadOptions,
  ): Tensor {
    const news = [...texts].filter(([key]) => !kept.has(key));
    let next = 0;
    for (const some of this.#parts(news.map(([, tokens]) => tokens))) {
      const flat = noGrad(() => this.#encode(some, { ...options, runner: undefined }).toNumbers());
      for (const place of some.keys())
        kept.set(news[next++][0], Float32Array.from(flat.slice(place * this.width, (place + 1) * this.width)));
    }
    const all = new Float32Array((texts.size + 1) * this.width);
    for (const [place, key] of [...texts.keys()].entries()) all.set(kept.get(key)!, place * this.width);
    return fromArray(all, [texts.size + 1, this.width]).toDevice(options.device);
  }

  #parts(texts: readonly (readonly number[])[]): (readonly number[])[][] {
    const parts: (readonly number[])[][] = [];
    let tokens = Infinity;
    for (const text of texts) {
      if (tokens + text.length > TOKENS_AT_ONCE) {
        parts.push([]);
        tokens = 0;
      }
      parts.at(-1)!.push(text);
      tokens += text.length;
    }
    return parts;
  }

  /** Encodes texts, and appends `last`: [U, E] or [U + 1, E] */
  #encode(texts: readonly (readonly number[])[], { last, ...options }: ReadOptions & { last?: Tensor }): Tensor {
    const { runner = directRunner, device } = options;
    const layout = layoutOfRows(
      texts.map((text) => text.length),
      { causal: this.#causal },
    );
    return withTokens(
      () => fromArray(textKeys(texts)).toDevice(device),
      () => {
        const hidden = runStack(
          this.encoder.trunk.stack,
          { ids: BigInt64Array.from(texts.flat(), BigInt), layout },
          options,
        );
        const [vectors] = runner.stage((states) => {
          const made = this.encoder.embeddingHead.embed(states, layout);
          return [last === undefined ? made : cat([made, last.to(made.dtype)])];
        }, hidden);
        return runner.share(vectors);
      },
    );
  }
}

/** Keys of the random numbers of a text's tokens, derived from the text alone. */
function textKeys(texts: readonly (readonly number[])[]): BigInt64Array {
  return BigInt64Array.from(
    texts.flatMap((text) => {
      const key = (philoxWord([0, 'item text', ...text]) >> 16n) << 16n;
      return text.map((_, place) => key + BigInt(place));
    }),
  );
}
