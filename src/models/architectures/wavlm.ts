// N frames, T frames of a recording, n distances, H heads, d head size
import { z } from 'zod';
import { attention, Linear, Parameter, type ContentBias } from '../../engine/nn/index.ts';
import { aten, cat, ones, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import type { AttentionRequest, Heads } from '../stack.ts';
import { RelativeBias } from './relative-bias.ts';
import { defineWav2Vec2 } from './wav2vec2.ts';
import type { Wav2Vec2Config } from './wav2vec2-config.ts';
import { Attention } from './wav2vec2-layers.ts';

/** Further keys of HF WavLMConfig. */
const schema = z.looseObject({
  num_buckets: z.int().min(4).default(320),
  max_bucket_distance: z.int().positive().default(800),
});

type Buckets = z.output<typeof schema>;

/** Number of terms that are summed for each gate. */
const PARTS = 4;

/** Attention with a relative bias, scaled by a gate per frame and head. */
class GatedAttention extends Attention implements ContentBias {
  /** [1, H, 1, 1] */
  readonly gru_rel_pos_const: Parameter;
  readonly gru_rel_pos_linear: Linear;
  /** In the first layer only; other layers share it. */
  readonly rel_attn_embed?: RelativeBias;
  readonly #bias: RelativeBias;

  constructor(config: Wav2Vec2Config, path: string, { buckets, first }: { buckets: Buckets; first?: GatedAttention }) {
    super(config, path);
    const { num_attention_heads: heads, hidden_size: width } = config;
    this.gru_rel_pos_const = new Parameter([1, heads, 1, 1]);
    this.gru_rel_pos_linear = new Linear(width / heads, 2 * PARTS, { bias: true });
    if (first === undefined) {
      const { num_buckets: count, max_bucket_distance: farthest } = buckets;
      this.rel_attn_embed = new RelativeBias({ buckets: count, heads, farthest, isDecoder: false, deviation: 0.02 });
    }
    this.#bias = this.rel_attn_embed ?? first!.#bias;
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'gru_rel_pos_const' ? ones(this.gru_rel_pos_const.shape, { dtype, device }) : undefined;
  }

  /** The gate is appended to the query as a feature whose counterpart in every key is zero. */
  protected override attend({ q, k, v }: Heads, x: Tensor, request: AttentionRequest): Tensor {
    const [frames, heads, size] = q.shape;
    const none = zeros([frames, heads, 1], { dtype: q.dtype, device: q.device });
    const [read, seen, values] = [cat([q, this.#gates(x, heads).to(q.dtype)], 2), cat([k, none], 2), cat([v, none], 2)];
    const options = { ...request, scale: 1 / Math.sqrt(size), content: this };
    return attention(read, seen, values, options).narrow(2, 0, size);
  }

  scores({ q }: { q: Tensor }, distances: Tensor): { ofQueries: Tensor } {
    const size = q.shape[3] - 1;
    const biases = this.#bias.of(distances).to(q.dtype).transpose(0, 1).unsqueeze(1); // [H, 1, n]
    return { ofQueries: q.narrow(3, size, 1).mul(biases).mul(Math.sqrt(size)) }; // [B, H, T, n], to be scaled
  }

  /** [N, D] → [N, H, 1] */
  #gates(x: Tensor, heads: number): Tensor {
    const byHead = x.reshape(x.shape[0], heads, -1);
    const parts = this.gru_rel_pos_linear.forward(byHead).reshape(-1, heads, 2, PARTS).sum(3);
    const [a, b] = aten.sigmoid.default(parts).chunk(2, 2); // [N, H, 1] each
    const constant = this.gru_rel_pos_const.value(x.dtype).reshape(1, heads, 1);
    return a.mul(b.mul(constant).sub(1)).add(2);
  }
}

/** wav2vec 2.0's network with gated relative positions, for all speech tasks (Chen et al., 2022). */
export const architecture = defineWav2Vec2('wavlm', 'WavLM', {
  defaults: { ctc_loss_reduction: 'mean' },
  attentionOf(raw) {
    const buckets = parseConfig(schema, raw);
    let first: GatedAttention | undefined;
    return (config, path) => {
      const made = new GatedAttention(config, path, { buckets, first });
      first ??= made;
      return made;
    };
  },
});
