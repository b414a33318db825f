// N tokens, D width, H heads, d head size, B segments of T tokens, n distances, S rows of the table of distances
import { z } from 'zod';
import {
  activations,
  attention,
  Convolution,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  linearGroup,
  Module,
  Sublayer,
  tokenCount,
  withTokens,
  type Activation,
  type ContentBias,
  type Layout,
} from '../nn/index.ts';
import { aten, cat, fromArray, zeros, type Tensor } from '../tensor/index.ts';
import { bertSchema, Dense, Output } from './bert-layers.ts';
import { Block, type Pass } from './stack.ts';

const parts = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.toLowerCase().split('|') : (value ?? [])))
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'none'));
const activation = z.enum(Object.keys(activations) as [string, ...string[]]);
const count = z.int().positive();

/** The keys of HF DebertaV2Config that change what is computed. */
export const schema = bertSchema
  .extend({
    vocab_size: count.default(128100),
    type_vocab_size: z.int().nonnegative().default(0),
    layer_norm_eps: z.number().default(1e-7),
    embedding_size: count.nullish(),
    attention_head_size: count.nullish(),
    relative_attention: z.boolean().default(false),
    max_relative_positions: z.int().default(-1),
    position_buckets: z.int().default(-1),
    position_biased_input: z.boolean().default(true),
    share_att_key: z.boolean().default(false),
    pos_att_type: parts.refine((names) => names.every((name) => ['c2p', 'p2c'].includes(name)), {
      error: 'only c2p and p2c are known',
    }),
    norm_rel_ebd: parts.refine((names) => names.every((name) => name === 'layer_norm'), {
      error: 'only layer_norm is known',
    }),
    conv_kernel_size: z
      .int()
      .nonnegative()
      .default(0)
      .refine((size) => size === 0 || size % 2 === 1, { error: 'must be odd' }),
    conv_groups: count.default(1),
    conv_act: activation.default('tanh'),
    pooler_hidden_act: activation.default('gelu'),
    pooler_hidden_size: count.nullish(),
    pooler_dropout: z.literal(0, { error: 'dropout before the pooler is not supported' }).default(0),
    cls_dropout: z.number().min(0).max(1).nullish(),
    legacy: z.boolean().default(true),
  })
  .refine(
    ({ hidden_size: width, num_attention_heads: heads, attention_head_size: size }) =>
      width === heads * (size ?? width / heads) && width % heads === 0,
    {
      path: ['attention_head_size'],
      error: 'times num_attention_heads must be hidden_size',
    },
  );

export type DebertaConfig = z.output<typeof schema>;

/** Rows of the table of distances on each side of 0. */
function spanOf({
  position_buckets: buckets,
  max_relative_positions: most,
  max_position_embeddings: all,
}: DebertaConfig) {
  const farthest = most < 1 ? all : most;
  return { buckets, farthest, span: buckets > 0 ? buckets : farthest };
}

/** Vectors for how far a query stands from a key, before each layer makes keys and queries of them. */
class Distances {
  readonly table: Embedding;
  readonly norm: LayerNorm | undefined;
  readonly #config: DebertaConfig;

  constructor(config: DebertaConfig) {
    this.#config = config;
    this.table = new Embedding(2 * spanOf(config).span, config.hidden_size);
    if (config.norm_rel_ebd.length > 0) this.norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
  }

  /** Rows of the table for distances int64 [n], a query's position minus a key's: int64 [n] */
  rowsOf(distances: Tensor): Tensor {
    const { buckets, farthest, span } = spanOf(this.#config);
    const places = buckets > 0 ? logBuckets(distances, buckets, farthest) : distances;
    return aten.clamp.default(places.add(span), { min: 0, max: 2 * span - 1 });
  }

  /** The vectors of rows int64 [n] → [n, D] */
  of(rows: Tensor, like: Tensor): Tensor {
    const vectors = this.table.forward(rows, like.dtype);
    return this.norm?.forward(vectors) ?? vectors;
  }
}

/** Distances up to half of the buckets have one each, farther ones by their logarithm; in f32, as the reference rounds. */
function logBuckets(distances: Tensor, buckets: number, farthest: number): Tensor {
  const half = Math.floor(buckets / 2);
  const lengths = aten.abs.default(distances);
  const wide = aten.clamp_min.default(lengths, half).to('f32'); // what is nearer takes the other branch
  const share = aten.log.default(wide.div(half)).div(Math.log(Math.fround((farthest - 1) / half)));
  const places = aten.ceil
    .default(share.mul(half - 1))
    .to('i64')
    .add(half)
    .mul(aten.sign.default(distances));
  return aten.where.self(aten.le.Scalar(lengths, half), distances, places);
}

/** Attention whose scores add up from contents, and from contents with distances (He et al., 2021). */
class SelfAttention extends Module implements ContentBias {
  readonly query_proj: Linear;
  readonly key_proj: Linear;
  readonly value_proj: Linear;
  readonly pos_key_proj?: Linear;
  readonly pos_query_proj?: Linear;
  readonly #config: DebertaConfig;
  readonly #distances: Distances | undefined;
  readonly #dropout: Dropout;
  readonly #positionDropout: Dropout;

  constructor(config: DebertaConfig, layer: number, distances: Distances | undefined) {
    super();
    const { hidden_size: width } = config;
    const linear = () => new Linear(width, width, { bias: true });
    this.query_proj = linear();
    this.key_proj = linear();
    this.value_proj = linear();
    this.#config = config;
    this.#distances = distances;
    if (distances !== undefined && !config.share_att_key) {
      if (this.#adds('c2p')) this.pos_key_proj = linear();
      if (this.#adds('p2c')) this.pos_query_proj = linear();
    }
    const site = `encoder.layer.${layer}.attention.self`;
    this.#dropout = new Dropout(config.attention_probs_dropout_prob, site);
    this.#positionDropout = new Dropout(config.hidden_dropout_prob, `${site}.positions`);
  }

  #adds(kind: 'c2p' | 'p2c'): boolean {
    return this.#config.pos_att_type.includes(kind);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const [N, D] = x.shape;
    const { num_attention_heads: H, pos_att_type: kinds } = this.#config;
    const flat = linearGroup([this.query_proj, this.key_proj, this.value_proj], x);
    const [q, k, v] = flat.map((one) => one.reshape(N, H, -1)); // [N, H, d]
    const scale = 1 / Math.sqrt((D / H) * (1 + kinds.length));
    const content = this.#distances === undefined || kinds.length === 0 ? undefined : this;
    return attention(q, k, v, { layout: pass.layout, causal: false, scale, content, dropout: this.#dropout }).flatten(
      1,
    );
  }

  /** The table's rows are read as if they were tokens of their own: every batch drops out the same of them. */
  scores({ q, k }: { q: Tensor; k: Tensor }, distances: Tensor): { ofQueries?: Tensor; ofKeys?: Tensor } {
    const table = this.#distances as Distances;
    const rows = table.rowsOf(distances.neg());
    return withTokens(
      () => rows,
      () => {
        const vectors = this.#positionDropout.forward(table.of(rows, q)); // [n, D]
        const against = (x: Tensor, layer: Linear) => {
          const [, H, , d] = x.shape;
          return x.matmul(layer.forward(vectors).reshape(-1, H, d).permute(1, 2, 0)); // [B, H, T, n]
        };
        return {
          ofQueries: this.#adds('c2p') ? against(q, this.pos_key_proj ?? this.key_proj) : undefined,
          ofKeys: this.#adds('p2c') ? against(k, this.pos_query_proj ?? this.query_proj) : undefined,
        };
      },
    );
  }
}

class Attention extends Module {
  readonly self: SelfAttention;
  readonly output: Output;

  constructor(config: DebertaConfig, layer: number, distances: Distances | undefined) {
    super();
    this.self = new SelfAttention(config, layer, distances);
    this.output = new Output(config.hidden_size, config, `encoder.layer.${layer}.attention.output`);
  }
}

/** What each token gets from its neighbours, beside the first layer (DeBERTa v2 xlarge). */
class Neighbours extends Module {
  readonly conv: Convolution;
  readonly LayerNorm: LayerNorm;
  readonly #activation: Activation;
  readonly #dropout: Dropout;
  readonly #reach: number;

  constructor(config: DebertaConfig) {
    super();
    const { hidden_size: width, conv_kernel_size: kernel, conv_groups: groups } = config;
    this.#reach = (kernel - 1) / 2;
    this.conv = new Convolution({ in: width, out: width }, { kernel, groups });
    this.LayerNorm = new LayerNorm(width, config.layer_norm_eps);
    this.#activation = activations[config.conv_act];
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'encoder.conv');
  }

  /** Rows stand one after the other with as many zeros between them as the kernel reaches: [N, D] → [N, D] */
  forward(x: Tensor, attended: Tensor, layout: Layout): Tensor {
    const [N, D] = x.shape;
    const { spread, back } = spreadOut(layout, this.#reach);
    const zero = zeros([1, D], { dtype: x.dtype, device: x.device });
    const rows = cat([x, zero]).indexSelect(0, fromArray(spread).toDevice(x.device));
    const seen = this.conv.forward(rows.transpose(0, 1).unsqueeze(0)).squeeze(0).transpose(0, 1);
    const own = seen.indexSelect(0, fromArray(back).toDevice(x.device)).reshape(N, D);
    return this.LayerNorm.forward(attended.add(this.#activation(this.#dropout.forward(own))));
  }
}

/** Which token stands at each place, N for none, and where the kernel's middle meets each token: [P], [N]. */
function spreadOut(layout: Layout, reach: number): { spread: BigInt64Array; back: BigInt64Array } {
  const N = tokenCount(layout);
  const segments = layout.offsets.length - 1;
  const spread = new BigInt64Array(N + reach * (segments + 1)).fill(BigInt(N));
  const back = new BigInt64Array(N);
  for (let segment = 0; segment < segments; segment++) {
    for (let token = layout.offsets[segment]; token < layout.offsets[segment + 1]; token++) {
      spread[token + reach * (segment + 1)] = BigInt(token);
      back[token] = BigInt(token + reach * segment); // the output lacks the first `reach` places
    }
  }
  return { spread, back };
}

class Layer extends Block {
  readonly attention: Attention;
  readonly intermediate: Dense;
  readonly output: Output;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #neighbours: Neighbours | undefined;

  constructor(config: DebertaConfig, layer: number, { distances, neighbours }: Shared) {
    super();
    this.attention_sublayer = new Sublayer('attention', config.hidden_size);
    this.mlp_sublayer = new Sublayer('mlp', config.hidden_size);
    this.attention = new Attention(config, layer, distances);
    this.intermediate = new Dense(config.hidden_size, config.intermediate_size, config.hidden_act);
    this.output = new Output(config.intermediate_size, config, `encoder.layer.${layer}.output`);
    if (layer === 0) this.#neighbours = neighbours;
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { attention, attention_sublayer: first, mlp_sublayer: second } = this;
    const attended = attention.output.forward(attention.self.forward(x, pass), x, first);
    const y = this.output.forward(this.intermediate.forward(attended), attended, second);
    return this.#neighbours?.forward(x, y, pass.layout) ?? y;
  }
}

/** What belongs to the encoder and is read in its layers. */
interface Shared {
  distances?: Distances;
  neighbours?: Neighbours;
}

export class Encoder extends Module {
  readonly rel_embeddings?: Embedding;
  readonly LayerNorm?: LayerNorm;
  readonly conv?: Neighbours;
  readonly layer: readonly Layer[];

  constructor(config: DebertaConfig) {
    super();
    const distances = config.relative_attention ? new Distances(config) : undefined;
    this.rel_embeddings = distances?.table;
    this.LayerNorm = distances?.norm;
    if (config.conv_kernel_size > 0) this.conv = new Neighbours(config);
    const shared = { distances, neighbours: this.conv };
    this.layer = Array.from({ length: config.num_hidden_layers }, (_, i) => new Layer(config, i, shared));
  }
}
