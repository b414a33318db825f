// Tiny models and inputs for the tests that run on every architecture.
import { architectures } from '../../src/models/index.ts';
import { tokenTableOf, type Task } from '../../src/models/architecture.ts';
import type { RawConfig } from '../../src/models/config.ts';
import { keyedNormal } from '../../src/models/initialise.ts';
import { createModel } from '../../src/models/load.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import type { StageRunner } from '../../src/models/stack.ts';
import { layoutOfRows, type Layout } from '../../src/nn/index.ts';
import { randomUint32 } from '../../src/base/random.ts';
import { cat, fromArray, noGrad, scope, type DType, type Tensor } from '../../src/tensor/index.ts';
import { ContrastiveHead } from '../../src/models/heads/contrastive.ts';
import { CtcHead } from '../../src/models/heads/ctc.ts';
import { EmbeddingHead } from '../../src/models/heads/embedding.ts';
import { SequenceHead } from '../../src/models/heads/sequence.ts';
import { TokenClassHead } from '../../src/models/heads/token.ts';
import { TokenHead } from '../../src/models/heads/token-head.ts';

const decoder = {
  vocab_size: 17,
  hidden_size: 8,
  intermediate_size: 10,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 4,
  max_position_embeddings: 64,
  initializer_range: 0.4,
};

const rope3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 32,
};

/** A waveform of 4 (n - 1) + 6 samples makes n frames. */
const waveform = {
  model_type: 'wav2vec2',
  vocab_size: 17,
  hidden_size: 8,
  intermediate_size: 10,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  conv_dim: [6, 4],
  conv_kernel: [4, 2],
  conv_stride: [2, 2],
  num_conv_pos_embedding_groups: 2,
  hidden_dropout: 0.2,
  attention_dropout: 0.2,
  activation_dropout: 0.2,
  feat_proj_dropout: 0.2,
  layerdrop: 0.3,
  mask_time_prob: 0,
  initializer_range: 0.4,
};

const tinyTower = {
  hidden_size: 8,
  intermediate_size: 10,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  attention_dropout: 0.2,
};

/** One or more configurations of every model type; a new one without an entry does not compile. */
export const tinyConfigs: Readonly<Record<(typeof architectures.names)[number], readonly RawConfig[]>> = {
  llama: [
    {
      ...decoder,
      model_type: 'llama',
      rope_scaling: rope3,
      attention_bias: true,
      attention_dropout: 0.2,
      mlp_bias: true,
    },
    { ...decoder, model_type: 'llama', rope_scaling: { type: 'linear', factor: 2 }, tie_word_embeddings: true },
  ],
  mistral: [{ ...decoder, model_type: 'mistral', sliding_window: 3 }],
  qwen2: [
    {
      ...decoder,
      model_type: 'qwen2',
      use_sliding_window: true,
      sliding_window: 2,
      max_window_layers: 1,
      tie_word_embeddings: true,
    },
  ],
  qwen3: [{ ...decoder, model_type: 'qwen3', tie_word_embeddings: true }],
  bert: [
    {
      model_type: 'bert',
      vocab_size: 17,
      hidden_size: 8,
      intermediate_size: 10,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      max_position_embeddings: 32,
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.2,
      initializer_range: 0.4,
      num_labels: 3,
    },
  ],
  clip: [2, 3].map((eos) => ({
    model_type: 'clip',
    projection_dim: 6,
    logit_scale_init_value: 0,
    initializer_range: 0.4,
    num_labels: 3,
    text_config: { ...tinyTower, vocab_size: 17, max_position_embeddings: 12, eos_token_id: eos, hidden_size: 12 },
    vision_config: { ...tinyTower, image_size: 4, patch_size: 2 },
  })),
  siglip: [
    {
      model_type: 'siglip',
      initializer_range: 0.4,
      num_labels: 3,
      text_config: { ...tinyTower, vocab_size: 17, max_position_embeddings: 12, projection_size: 12 },
      vision_config: { ...tinyTower, hidden_size: 12, image_size: 4, patch_size: 2 },
    },
  ],
  vit: [
    {
      model_type: 'vit',
      hidden_size: 8,
      intermediate_size: 10,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      image_size: [6, 4],
      patch_size: 2,
      qkv_bias: false,
      hidden_dropout_prob: 0.2,
      attention_probs_dropout_prob: 0.2,
      initializer_range: 0.4,
      num_labels: 3,
    },
  ],
  wav2vec2: [
    { ...waveform, num_conv_pos_embeddings: 4 },
    {
      ...waveform,
      num_conv_pos_embeddings: 3,
      conv_bias: true,
      feat_extract_norm: 'layer',
      do_stable_layer_norm: true,
      adapter_attn_dim: 3,
    },
  ],
  whisper: [
    {
      model_type: 'whisper',
      vocab_size: 17,
      d_model: 8,
      num_mel_bins: 3,
      encoder_layers: 1,
      encoder_attention_heads: 2,
      encoder_ffn_dim: 10,
      decoder_layers: 2,
      decoder_attention_heads: 2,
      decoder_ffn_dim: 10,
      max_source_positions: 6,
      max_target_positions: 32,
      scale_embedding: true,
      init_std: 0.4,
      dropout: 0.2,
      attention_dropout: 0.2,
      activation_dropout: 0.2,
    },
  ],
};

export interface TinyCase {
  raw: RawConfig;
  task: Task;
}

/** Every configuration with every head that it can have, named for test titles. */
export async function tinyCases(): Promise<[string, TinyCase][]> {
  const cases: [string, TinyCase][] = [];
  for (const name of architectures.names) {
    const architecture = await architectures.load(name);
    for (const [i, raw] of tinyConfigs[name].entries()) {
      for (const task of Object.keys(architecture.heads(raw)) as Task[]) {
        cases.push([`${name}${tinyConfigs[name].length > 1 ? ` ${i + 1}` : ''}, ${task}`, { raw, task }]);
      }
    }
  }
  return cases;
}

/** A model whose every number is random: norms and biases too. */
export async function tinyModel({ raw, task }: TinyCase, dtype: DType = 'f64'): Promise<Model> {
  const model = await createModel(raw, { task, dtype, seed: 3 });
  noGrad(() => {
    for (const [path, parameter] of model.parameters()) {
      scope(() => {
        const noise = keyedNormal(parameter.shape, { seed: 4, path }, 0.2);
        parameter.assign(parameter.tensor.to('f64').add(noise).to(dtype));
      });
    }
  });
  return model;
}

/** Rows of random tokens, with a source for each row where the model has an encoder; or as many images. */
export function tinyInput(model: Model, lengths: readonly number[]): ModelInput {
  if (readsImages(model)) {
    const features = tinyImages(model, lengths.length);
    return { features, layout: model.trunk.stack.layoutOf({ features }) };
  }
  if (model.architecture.modelType === 'wav2vec2') return waveformsOf(model, lengths);
  const layout = layoutOfRows(lengths, { causal: true });
  return { layout, ...tokensOf(model, layout.positions.length), ...sourceOf(model, lengths.length) };
}

function readsImages({ architecture, trunk }: Model): boolean {
  return architecture.modalities?.includes('image') === true && trunk.tokenTable === undefined;
}

/** Random images of the size that a configuration names: [B, C, Y, X]. */
function tinyImages({ config }: Model, rows: number): Tensor {
  const { image_size: size } = (config.vision_config ?? config) as { image_size: number | [number, number] };
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return scope(() => keyedNormal([rows, 3, height, width], { seed: 1, path: 'features' }, 1).to('f64'));
}

/** Recordings side by side that make so many frames each. */
function waveformsOf(model: Model, frames: readonly number[]): ModelInput {
  const featureLengths = frames.map((count) => 4 * (count - 1) + 6);
  const samples = featureLengths.reduce((sum, count) => sum + count, 0);
  const features = scope(() => keyedNormal([samples], { seed: 1, path: 'samples' }, 1).to('f64'));
  return { layout: model.trunk.stack.layoutOf({ features, featureLengths }), features, featureLengths };
}

export function tokensOf(model: Model, count: number): { ids: BigInt64Array; tokenTypes?: BigInt64Array } {
  const draw = (purpose: string, below: number) =>
    BigInt64Array.from({ length: count }, (_, i) => BigInt(randomUint32([1, purpose], i) % below));
  const ids = draw('ids', tokenTableOf(model.trunk).count);
  return model.architecture.modelType === 'bert' ? { ids, tokenTypes: draw('types', 2) } : { ids };
}

function sourceOf(model: Model, rows: number): { source?: { features: Tensor } } {
  if (model.trunk.encoderStack === undefined) return {};
  const bins = model.config.num_mel_bins as number;
  const features = scope(() => keyedNormal([rows, bins, 10], { seed: 1, path: 'features' }, 1).to('f64'));
  return { source: { features } };
}

/** One row of an input, as an input of its own. */
export function rowOf(input: ModelInput, row: number): ModelInput {
  const { ids, tokenTypes, source } = input;
  const layout = input.layout!;
  const [start, end] = [layout.offsets[row], layout.offsets[row + 1]];
  return {
    ...featuresOf(input, row),
    layout: rowLayout(layout, start, end),
    ids: ids?.subarray(start, end),
    tokenTypes: tokenTypes?.subarray(start, end),
    source: source?.features === undefined ? undefined : { features: source.features.narrow(0, row, 1) },
  };
}

function featuresOf(
  { features, featureLengths }: ModelInput,
  row: number,
): Pick<ModelInput, 'features' | 'featureLengths'> {
  if (featureLengths === undefined) return { features: features?.narrow(0, row, 1) };
  const before = featureLengths.slice(0, row).reduce((sum, samples) => sum + samples, 0);
  return { features: features?.narrow(0, before, featureLengths[row]), featureLengths: [featureLengths[row]] };
}

function rowLayout(layout: Layout, start: number, end: number): Layout {
  return {
    offsets: [0, end - start],
    positions: layout.positions.slice(start, end),
    rowOf: [0],
    causal: layout.causal,
  };
}

/** What a head makes of hidden states: some numbers for each token, or for each row. */
export function headOutput(model: Model, hidden: Tensor, input: ModelInput, runner?: StageRunner): Tensor {
  if (model.head instanceof ContrastiveHead) return contrastiveScores(model, hidden, input, runner);
  const layout = model.layoutOf(input);
  if (model.head instanceof CtcHead) return model.head.logits(hidden);
  if (model.head instanceof TokenHead) {
    return model.head.tokenLogProbs(hidden, targetsOf(model, hidden.shape[0])).logProbs;
  }
  if (model.head instanceof SequenceHead) return model.head.scores(hidden, layout);
  if (model.head instanceof TokenClassHead) return model.head.scores(hidden, layout);
  if (model.head instanceof EmbeddingHead) return model.head.embed(hidden, layout);
  const { start, end } = model.questionHead.scores(hidden);
  return cat([start, end]);
}

/** Whether a head gives something to a row, and not to each token. */
export function isOfRows({ head }: Model): boolean {
  return head instanceof SequenceHead || head instanceof EmbeddingHead;
}

function contrastiveScores(model: Model, hidden: Tensor, input: ModelInput, runner?: StageRunner): Tensor {
  const features = tinyImages(model, model.layoutOf(input).rowOf.length);
  const images = { features };
  const head = model.contrastiveHead;
  const texts = head.vectors(hidden, input);
  return head.scores(texts, head.vectors(model.hiddenBeside(input, images, { runner }), images));
}

function targetsOf(model: Model, count: number): Tensor {
  const values = BigInt64Array.from({ length: count }, (_, i) =>
    BigInt(randomUint32([2, 'targets'], i) % tokenTableOf(model.trunk).count),
  );
  return fromArray(values).toDevice(model.device);
}
