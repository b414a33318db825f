// N tokens, D width, P options
import { z } from 'zod';
import {
  activations,
  attention,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  ModuleBuffer,
  type Layout,
} from '../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import { JoinedAttention } from '../joined-attention.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';
import { widened } from './pooling.ts';

/** Settings of a Laya head in a configuration, under `laya`. */
export const layaSchema = z.looseObject({
  head_layers: z.int().min(0).default(2),
  /** Maximum tokens of a row, and of its part before the state. */
  max_len: z.int().positive().default(512),
  head_max_len: z.int().positive().default(192),
  act_costs: z.record(z.string(), z.unknown()).default({}),
});

export type LayaOptions = z.output<typeof layaSchema>;

/** Row of the type table. */
export const LAYA_TYPES = { choice: 0, score: 1, noul: 2 } as const;

const DROPOUT = 0.1;
/** torch's defaults for its layers, and Laya's head size. */
const EPSILON = 1e-5;
const HEAD_SIZE = 64;

class SelfAttention extends JoinedAttention {
  readonly #dropout: Dropout;

  constructor(width: number, path: string) {
    super(width, Math.max(1, Math.floor(width / HEAD_SIZE)));
    this.#dropout = new Dropout(DROPOUT, path);
  }

  forward(x: Tensor, layout: Layout): Tensor {
    const [q, k, v] = this.projected(x, x);
    return this.out_proj.forward(attention(q, k, v, { layout, causal: false, dropout: this.#dropout }).flatten(1));
  }
}

/** torch's TransformerEncoderLayer with norms first. */
class Layer extends Module {
  readonly self_attn: SelfAttention;
  readonly linear1: Linear;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly #dropouts: Readonly<Record<'attended' | 'inner' | 'outer', Dropout>>;

  constructor(width: number, path: string) {
    super();
    this.self_attn = new SelfAttention(width, `${path}.self_attn`);
    this.linear1 = new Linear(width, 4 * width, { bias: true });
    this.linear2 = new Linear(4 * width, width, { bias: true });
    this.norm1 = new LayerNorm(width, EPSILON);
    this.norm2 = new LayerNorm(width, EPSILON);
    const dropout = (name: string) => new Dropout(DROPOUT, `${path}.${name}`);
    this.#dropouts = { attended: dropout('dropout1'), inner: dropout('dropout'), outer: dropout('dropout2') };
  }

  /** [N, D] → [N, D] */
  forward(x: Tensor, layout: Layout): Tensor {
    const { attended, inner, outer } = this.#dropouts;
    const seen = x.add(attended.forward(this.self_attn.forward(this.norm1.forward(x), layout)));
    const fed = inner.forward(activations.relu(this.linear1.forward(this.norm2.forward(seen))));
    return seen.add(outer.forward(this.linear2.forward(fed)));
  }
}

/** Preserved but never trained: the head that decides whether to act. */
class Kept extends Module {
  readonly weight: ModuleBuffer;
  readonly bias: ModuleBuffer;

  constructor(from: number, to: number) {
    super();
    this.weight = new ModuleBuffer([to, from]);
    this.bias = new ModuleBuffer([to]);
  }
}

const ACT_WIDTH = 256;

/** Laya's head: adds a vector for the question's type, runs layers over the row, and scores options at their mask tokens. */
export class LayaHead extends Module {
  readonly type_emb: Embedding;
  readonly temperature = new ModuleBuffer([Object.keys(LAYA_TYPES).length]);
  readonly options: LayaOptions;
  readonly #layers: readonly Layer[];
  readonly #scorer: readonly [LayerNorm, Linear, Linear];

  constructor({ width }: Pick<Trunk, 'width'>, options: LayaOptions) {
    super();
    this.options = options;
    this.type_emb = new Embedding(Object.keys(LAYA_TYPES).length, width);
    this.#layers = Array.from({ length: options.head_layers }, (_, i) => new Layer(width, `head.layers.${i}`));
    this.#scorer = [
      new LayerNorm(width, EPSILON),
      new Linear(width, width, { bias: true }),
      new Linear(width, 1, { bias: true }),
    ];
    if (this.#layers.length > 0) place(this, 'head.layers', this.#layers);
    for (const [i, part] of this.#scorer.entries()) place(this, `scorer.${[0, 1, 3][i]}`, part);
    place(this, 'act_head.0', new Kept(width + 4, ACT_WIDTH));
    place(this, 'act_head.2', new Kept(ACT_WIDTH, Object.keys(options.act_costs).length + 1));
  }

  /**
   * Logits of options, at their tokens: hidden [N, D] → f32 [P].
   * @param types of the question in each text of the layout
   * @param places of the options' tokens, int64 [P]
   */
  scores(hidden: Tensor, layout: Layout, { types, places }: { types: readonly number[]; places: Tensor }): Tensor {
    const lengths = types.map((_, i) => layout.offsets[i + 1] - layout.offsets[i]);
    const rows = BigInt64Array.from(
      lengths.flatMap((length, i) => Array<number>(length).fill(types[i])),
      BigInt,
    );
    const wide = widened(hidden);
    const typed = wide.add(this.type_emb.forward(fromArray(rows).toDevice(hidden.device), wide.dtype));
    const states = this.#layers.reduce((x, layer) => layer.forward(x, layout), typed);
    const [norm, first, last] = this.#scorer;
    return last.forward(activations.gelu(first.forward(norm.forward(states.indexSelect(0, places))))).squeeze(1);
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new LayaHead(trunk, options as unknown as LayaOptions),
};
