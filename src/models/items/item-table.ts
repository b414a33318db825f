// N items, V items in the vocabulary, D width, L members of an item's bag, K numeric columns
import { philoxWord } from '../../base/random.ts';
import { currentRandomness, Embedding, Linear, Module, ModuleBuffer, Parameter } from '../../engine/nn/index.ts';
import {
  arange,
  aten,
  attune,
  empty,
  fromArray,
  scope,
  zeros,
  type DType,
  type Tensor,
} from '../../engine/tensor/index.ts';
import { ItemTextReader, TextFeature, type ReadTexts } from './item-texts.ts';
import type { Model } from '../model.ts';

/** Sizes of the items' features; 0 means that there are none of that kind. */
export interface ItemFeatureSizes {
  /** Distinct words in item texts, and the maximum per item. */
  words: number;
  wordsOfItem: number;
  /** Distinct values in categorical columns, and the maximum per item. */
  tags: number;
  tagsOfItem: number;
  /** Number of numeric columns. */
  numbers: number;
  /** Width of the text encoder's vectors. */
  textWidth: number;
  /** Maximum tokens of a text if the model includes the encoder; 0 if its vectors were precomputed. */
  textTokens: number;
}

/** Features of all items, row by row. */
export interface ItemFeatures {
  /** [V · L] */
  words?: Int32Array;
  /** [V · L] */
  tags?: Int32Array;
  /** [V · K] */
  numbers?: Float32Array;
  /** Vectors [V · E] or token ids [V · T] */
  texts?: Float32Array | Int32Array;
}

/** Initial standard deviation: the mean over a few members is then about as large as activations in the towers. */
const DEVIATION = 0.1;

/** Mean of the vectors of an item's members (words, values); row 0 of the table means no member. */
class Bag extends Module {
  /** Table rows, padded with 0: i32 [V, L] */
  readonly members: ModuleBuffer;
  /** [members + 1, D] */
  readonly weight: Parameter;

  constructor(items: number, sizes: { members: number; ofItem: number; width: number }) {
    super();
    this.members = new ModuleBuffer([items, sizes.ofItem], 'i32');
    this.weight = new Parameter([sizes.members + 1, sizes.width]);
  }

  /** ids int64 [N] → [N, D] */
  forward(ids: Tensor, dtype: DType): Tensor {
    const [N, L, D] = [ids.shape[0], this.members.shape[1], this.weight.shape[1]];
    // The operator has no meta kernel.
    if (ids.device === 'meta') return empty([N, D], { dtype, device: 'meta' });
    const members = this.members.tensor.indexSelect(0, ids).flatten().to('i64'); // [N · L]
    const starts = arange(N).toDevice(ids.device).mul(L);
    const [means] = aten._embedding_bag.default(this.weight.tensor, members, starts, { mode: MEAN, padding_idx: 0 });
    return means.to(dtype);
  }

  override fixedValue(name: string, { device }: { device: string }): Tensor | undefined {
    return name === 'members' ? zeros(this.members.shape, { dtype: 'i32', device }) : undefined;
  }
  override initialDeviation(): number {
    return DEVIATION;
  }
}

/** libtorch's enum value for mean pooling. */
const MEAN = 1;

/** Projects an item's numeric columns to a vector. */
class Measures extends Module {
  /** [V, K] */
  readonly values: ModuleBuffer;
  readonly dense: Linear;

  constructor(items: number, numbers: number, width: number) {
    super();
    this.values = new ModuleBuffer([items, numbers]);
    this.dense = new Linear(numbers, width);
  }

  /** ids int64 [N] → [N, D] */
  forward(ids: Tensor, dtype: DType): Tensor {
    return this.dense.forward(this.values.tensor.indexSelect(0, ids).to(dtype));
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'values' ? zeros(this.values.shape, { dtype, device }) : undefined;
  }
}

/**
 * Items as the sum of their own vector and their features. With features, own vectors start at 0, so that unseen items
 * are described by their features alone; and they are dropped at random in training, so that features learn to suffice
 * (Volkovs et al., "DropoutNet", 2017).
 */
export class ItemTable extends Embedding {
  readonly words?: Bag;
  readonly tags?: Bag;
  readonly numbers?: Measures;
  readonly texts?: Measures | TextFeature;
  readonly #idDropout: number;

  /** Encodes item texts, if the model includes the encoder. */
  readonly #textReader: ItemTextReader | undefined;

  constructor(
    items: number,
    width: number,
    { sizes, idDropout, textEncoder }: { sizes: ItemFeatureSizes; idDropout: number; textEncoder?: Model },
  ) {
    super(items, width);
    const { words, wordsOfItem, tags, tagsOfItem, numbers, textWidth, textTokens: longest } = sizes;
    if (words > 0) this.words = new Bag(items, { members: words, ofItem: wordsOfItem, width });
    if (tags > 0) this.tags = new Bag(items, { members: tags, ofItem: tagsOfItem, width });
    if (numbers > 0) this.numbers = new Measures(items, numbers, width);
    if (longest > 0) this.texts = new TextFeature(items, { longest, textWidth, width });
    else if (textWidth > 0) this.texts = new Measures(items, textWidth, width);
    const { texts } = this;
    const isRead = texts instanceof TextFeature && textEncoder !== undefined;
    this.#textReader = isRead ? new ItemTextReader(textEncoder, texts) : undefined;
    this.#idDropout = this.#features.length > 0 ? idDropout : 0;
  }

  get #features(): readonly (Bag | Measures | TextFeature)[] {
    return [this.words, this.tags, this.numbers, this.texts].filter((feature) => feature !== undefined);
  }

  get textReader(): ItemTextReader | undefined {
    return this.#textReader;
  }

  /** ids int64 [N] → [N, D]; `texts`: the items' encoded texts */
  override forward(ids: Tensor, dtype: DType, texts?: ReadTexts): Tensor {
    const { device } = ids;
    const read = texts ?? this.#textReader?.read(device === 'meta' ? [] : ids.toNumbers(), { dtype, device });
    const own = this.#withoutSome(super.forward(ids, dtype), ids);
    return this.#features.reduce((sum, feature) => sum.add(feature.forward(ids, dtype, read)), own);
  }

  /** Within a step, an item's own vector is dropped everywhere or nowhere. */
  #withoutSome(own: Tensor, ids: Tensor): Tensor {
    const randomness = currentRandomness();
    if (randomness === undefined || this.#idDropout === 0) return own;
    const key = philoxWord([randomness.seed, 'item ids', randomness.step]);
    const kept = aten.ge.Scalar(attune.keyed_uniform.default(ids, 1, key), this.#idDropout); // [N, 1]
    return own.mul(kept.reshape(-1, 1).to(own.dtype));
  }

  /** Copies the features of all items into the table's buffers, in its types and on its device. */
  describe(features: ItemFeatures): void {
    const { words, tags, numbers, texts } = this;
    const all = [
      [words?.members, features.words],
      [tags?.members, features.tags],
      [numbers?.values, features.numbers],
      [texts instanceof TextFeature ? texts.tokens : texts?.values, features.texts],
    ] as const;
    for (const [buffer, values] of all) {
      if ((buffer === undefined) !== (values === undefined)) throw new Error('the table has other features');
      if (buffer === undefined || values === undefined) continue;
      const { dtype, device } = buffer.tensor;
      scope(() =>
        buffer.assign(
          fromArray(values, [...buffer.shape])
            .to(dtype)
            .toDevice(device),
        ),
      );
    }
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    if (name !== 'weight' || this.#features.length === 0) return undefined;
    return zeros(this.weight.shape, { dtype, device });
  }
  override initialDeviation(name: string): number | undefined {
    return name === 'weight' ? DEVIATION : undefined;
  }
}
