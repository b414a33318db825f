// N tokens, D width, H heads, d head size, B segments of T tokens, n distances, P positions of a convolution
import { z } from 'zod';
import {
  activations,
  Convolution,
  Dropout,
  Embedding,
  LayerNorm,
  Linear,
  Module,
  tokenCount,
  withTokens,
  type Activation,
  type ContentBias,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, fromArray, zeros, type Tensor } from '../../engine/tensor/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { EncoderLayer, type LayerShape } from '../encoder/layer.ts';
import { place } from '../heads/place.ts';
import type { Pass } from '../stack.ts';

const parts = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) => (typeof value === 'string' ? value.toLowerCase().split('|') : (value ?? [])))
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'none'));

/** HF DebertaV2Config keys that affect the computation. */
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
      error: 'only c2p and p2c are supported',
    }),
    norm_rel_ebd: parts.refine((names) => names.every((name) => name === 'layer_norm'), {
      error: 'only layer_norm is supported',
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
    cls_dropout: probability.nullish(),
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

/** Number of table rows on each side of distance 0. */
function spanOf({
  position_buckets: buckets,
  max_relative_positions: most,
  max_position_embeddings: all,
}: DebertaConfig) {
  const farthest = most < 1 ? all : most;
  return { buckets, farthest, span: buckets > 0 ? buckets : farthest };
}

/** Embeddings of the distance from query to key; each layer projects them to keys and queries. */
export class Distances {
  readonly table: Embedding;
  readonly norm: LayerNorm | undefined;
  readonly #config: DebertaConfig;

  constructor(config: DebertaConfig) {
    this.#config = config;
    this.table = new Embedding(2 * spanOf(config).span, config.hidden_size);
    if (config.norm_rel_ebd.length > 0) this.norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
  }

  /** Table rows for distances (query position minus key position): int64 [n] → int64 [n] */
  rowsOf(distances: Tensor): Tensor {
    const { buckets, farthest, span } = spanOf(this.#config);
    const places = buckets > 0 ? logBuckets(distances, buckets, farthest) : distances;
    return aten.clamp.default(places.add(span), { min: 0, max: 2 * span - 1 });
  }

  /** Embeddings of table rows: int64 [n] → [n, D] */
  of(rows: Tensor, like: Tensor): Tensor {
    const vectors = this.table.forward(rows, like.dtype);
    return this.norm?.forward(vectors) ?? vectors;
  }
}

/** Logarithmic buckets: distances up to half the buckets get one each. Computed in f32 to round as the reference does. */
function logBuckets(distances: Tensor, buckets: number, farthest: number): Tensor {
  const half = Math.floor(buckets / 2);
  const lengths = aten.abs.default(distances);
  const wide = aten.clamp_min.default(lengths, half).to('f32'); // shorter distances take the other branch
  const share = aten.log.default(wide.div(half)).div(Math.log(Math.fround((farthest - 1) / half)));
  const places = aten.ceil
    .default(share.mul(half - 1))
    .to('i64')
    .add(half)
    .mul(aten.sign.default(distances));
  return aten.where.self(aten.le.Scalar(lengths, half), distances, places);
}

/** Convolution over neighbouring tokens, in parallel with the first layer (DeBERTa v2 xlarge). */
export class Neighbours extends Module {
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

  /** Rows are concatenated with enough zeros between them that the kernel never spans two: [N, D] → [N, D] */
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

/** Token at each position of the padded sequence (N for padding), and each token's position in the output: [P], [N]. */
function spreadOut(layout: Layout, reach: number): { spread: BigInt64Array; back: BigInt64Array } {
  const N = tokenCount(layout);
  const segments = layout.offsets.length - 1;
  const spread = new BigInt64Array(N + reach * (segments + 1)).fill(BigInt(N));
  const back = new BigInt64Array(N);
  for (let segment = 0; segment < segments; segment++) {
    for (let token = layout.offsets[segment]; token < layout.offsets[segment + 1]; token++) {
      spread[token + reach * (segment + 1)] = BigInt(token);
      back[token] = BigInt(token + reach * segment); // the convolution is unpadded: its output starts at `reach`
    }
  }
  return { spread, back };
}

/** Parts shared by all layers. */
interface Shared {
  distances?: Distances;
  neighbours?: Neighbours;
}

/** Disentangled attention: content-to-content, content-to-position and position-to-content scores (He et al., 2021). */
export class DebertaLayer extends EncoderLayer implements ContentBias {
  readonly #config: DebertaConfig;
  readonly #shared: Shared;
  readonly #positionDropout: Dropout;
  readonly #positions: Partial<Record<'key' | 'query', Linear>> = {};

  constructor(config: DebertaConfig, shape: LayerShape, shared: Shared) {
    super(shape);
    this.#config = config;
    this.#shared = shared;
    this.#positionDropout = new Dropout(config.hidden_dropout_prob, `${shape.path}.attention.self.positions`);
    if (shared.distances === undefined || config.share_att_key) return;
    const newPart = (part: 'key' | 'query') =>
      place(
        this,
        `attention.self.pos_${part}_proj`,
        (this.#positions[part] = new Linear(shape.width, shape.width, { bias: true })),
      );
    if (this.#adds('c2p')) newPart('key');
    if (this.#adds('p2c')) newPart('query');
  }

  #adds(kind: 'c2p' | 'p2c'): boolean {
    return this.#config.pos_att_type.includes(kind);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const y = super.forward(x, pass);
    return this.#shared.neighbours?.forward(x, y, pass.layout) ?? y;
  }

  protected override attentionOptions(): NonNullable<LayerShape['attention']> {
    const { hidden_size: D, num_attention_heads: H, pos_att_type: kinds } = this.#config;
    const content = this.#shared.distances === undefined || kinds.length === 0 ? undefined : this;
    return { scale: 1 / Math.sqrt((D / H) * (1 + kinds.length)), content };
  }

  /** Dropout of the table is keyed by its rows, as if they were tokens: every batch drops the same ones. */
  scores({ q, k }: { q: Tensor; k: Tensor }, distances: Tensor): { ofQueries?: Tensor; ofKeys?: Tensor } {
    const table = this.#shared.distances as Distances;
    const rows = table.rowsOf(distances.neg());
    const { query, key } = { ...this.linears, ...this.#positions };
    return withTokens(
      () => rows,
      () => {
        const vectors = this.#positionDropout.forward(table.of(rows, q)); // [n, D]
        const against = (x: Tensor, layer: Linear) => {
          const [, H, , d] = x.shape;
          return x.matmul(layer.forward(vectors).reshape(-1, H, d).permute(1, 2, 0)); // [B, H, T, n]
        };
        return {
          ofQueries: this.#adds('c2p') ? against(q, key) : undefined,
          ofKeys: this.#adds('p2c') ? against(k, query) : undefined,
        };
      },
    );
  }
}
