import { z } from 'zod';
import { Rope } from '../../engine/nn/index.ts';
import type { RawConfig } from '../raw-config.ts';
import { headShape } from '../decoder/config.ts';
import { ropeKeys, ropeOptions } from '../decoder/rope-settings.ts';
import { activation, count, probability } from '../config-keys.ts';
import { bertSchema } from '../encoder/config.ts';
import { defineEncoder, normedTransform } from '../encoder/define.ts';
import type { LayerNames } from '../encoder/layer.ts';

/** Older configurations use GPT-2's keys; these are their current names. */
const olderKeys: Readonly<Record<string, string>> = {
  n_embd: 'hidden_size',
  n_head: 'num_attention_heads',
  n_inner: 'intermediate_size',
  n_layer: 'num_hidden_layers',
  n_positions: 'max_position_embeddings',
  rotary_emb_base: 'rope_theta',
  layer_norm_epsilon: 'layer_norm_eps',
  resid_pdrop: 'hidden_dropout_prob',
  attn_pdrop: 'attention_probs_dropout_prob',
};

function withNewKeys(raw: RawConfig): RawConfig {
  const older = Object.entries(olderKeys).filter(([key]) => raw[key] !== undefined);
  const act = raw.activation_function === undefined ? {} : { hidden_act: actOf(raw.activation_function) };
  return { ...act, ...Object.fromEntries(older.map(([key, name]) => [name, raw[key]])), ...raw };
}

/** Older configurations have their own names for gated activations. */
function actOf(name: unknown): unknown {
  return (
    { swiglu: 'silu', geglu: 'gelu', glu: 'sigmoid' }[String(name)] ??
    `${String(name)}, which is not a gated activation`
  );
}

const off = z.literal(false, { error: 'only the layers of nomic-embed-text v1 and v1.5 are supported' }).nullish();

/** Differences of HF NomicBertConfig from BertConfig. */
const keys = bertSchema
  .extend({
    ...ropeKeys,
    vocab_size: count.default(30528),
    hidden_size: count.default(768),
    intermediate_size: count.default(3072),
    num_hidden_layers: count.default(12),
    num_attention_heads: count.default(12),
    hidden_act: activation.default('silu'),
    hidden_dropout_prob: probability.default(0),
    attention_probs_dropout_prob: probability.default(0),
    max_position_embeddings: count.default(2048),
    head_dim: count.nullish(),
    prenorm: off,
    qkv_proj_bias: off,
    mlp_fc1_bias: off,
    mlp_fc2_bias: off,
    use_rms_norm: off,
    rotary_emb_interleaved: off,
    rotary_emb_fraction: z.literal(1, { error: 'only rotary positions on the whole head are supported' }).nullish(),
  })
  .refine((config) => headShape(config).size * config.num_attention_heads === config.hidden_size, {
    path: ['head_dim'],
    error: 'times num_attention_heads must be hidden_size',
  });

const schema = z.preprocess((raw) => withNewKeys(raw as RawConfig), keys);

const names: LayerNames = {
  qkv: 'attn.Wqkv',
  attended: 'attn.out_proj',
  attentionNorm: 'norm1',
  inner: 'mlp.fc11',
  gate: 'mlp.fc12',
  outer: 'mlp.fc2',
  norm: 'norm2',
};

/** BERT with rotary positions and gated feed-forward layers, for embeddings of long texts (Nussbaum et al., 2024). */
export const architecture = defineEncoder({
  modelType: 'nomic_bert',
  className: 'NomicBert',
  schema,
  traits(config) {
    const rope = new Rope(ropeOptions(config, headShape(config).size, { theta: 1000 }));
    return {
      names: { words: 'embeddings.word_embeddings', norm: 'emb_ln' },
      positions: null,
      layers: 'encoder.layers',
      layer: () => ({ names, biases: { attention: false, feedForward: false }, attention: { rope } }),
      pooler: { isRead: true },
    };
  },
  heads: (config) => ({
    masked: {
      transform: normedTransform(config, {
        dense: 'cls.predictions.transform.dense',
        norm: 'cls.predictions.transform.layer_norm',
      }),
      decoder: 'cls.predictions.decoder',
      bias: 'cls.predictions.bias',
    },
    sequence: { pooler: true },
    question: false,
  }),
  // Old checkpoints name the trunk `bert`.
  formerNames: (path) => (path.startsWith('nomic_bert.') ? [path.replace(/^nomic_/, '')] : []),
  passedOver: [/^cls\.seq_relationship\./],
});
