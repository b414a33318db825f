// C channels, k kernel size
import { join } from 'node:path';
import { writeJson } from '../../src/files/json.ts';
import { createModel } from '../../src/models/load-model.ts';
import { saveModel } from '../../src/models/save.ts';
import { fromArray, noGrad, scope } from '../../src/engine/tensor/index.ts';
import { lettersOf } from '../../src/models/text/index.ts';

const RATE = 8000;

/**
 * The folder of a wav2vec2 for 8 kHz with reproducible random weights, whose first convolution is initialised as a
 * filter bank.
 */
export async function saveNewModel(folder: string, seed: number): Promise<void> {
  const tokenizer = await lettersOf(["abcdefghijklmnopqrstuvwxyz'"]);
  const model = await createModel(configOf(tokenizer.size), { dtype: 'f32', seed });
  const [, first] = [...model.parameters()].find(([path]) => path.endsWith('conv_layers.0.conv.weight'))!;
  noGrad(() => scope(() => first.assign(fromArray(filterBank(first.shape), first.shape))));
  saveModel(model, folder);
  model.dispose();
  tokenizer.save(folder);
  writeJson(join(folder, 'preprocessor_config.json'), {
    feature_extractor_type: 'Wav2Vec2FeatureExtractor',
    feature_size: 1,
    sampling_rate: RATE,
    padding_value: 0,
    do_normalize: true,
    return_attention_mask: true,
  });
}

function configOf(letters: number): Record<string, unknown> {
  return {
    architectures: ['Wav2Vec2ForCTC'],
    model_type: 'wav2vec2',
    vocab_size: letters,
    pad_token_id: 0,
    hidden_size: 192,
    num_hidden_layers: 5,
    num_attention_heads: 4,
    intermediate_size: 576,
    hidden_dropout: 0.05,
    attention_dropout: 0,
    activation_dropout: 0,
    final_dropout: 0,
    layerdrop: 0,
    feat_extract_norm: 'layer',
    do_stable_layer_norm: true,
    conv_bias: true,
    // 32 ms per frame: 32 · 4 · 2 samples.
    conv_dim: [96, 192, 192],
    conv_stride: [32, 4, 2],
    conv_kernel: [64, 8, 4],
    num_conv_pos_embeddings: 16,
    num_conv_pos_embedding_groups: 16,
    apply_spec_augment: false,
    mask_time_prob: 0,
    ctc_loss_reduction: 'mean',
    ctc_zero_infinity: false,
  };
}

/** Gabor filters [C, 1, k] of unit norm, with frequencies evenly spaced on the mel scale, each in two phases. */
function filterBank([channels, , kernel]: readonly number[]): Float32Array {
  const weights = new Float32Array(channels * kernel);
  const bands = channels / 2;
  for (let channel = 0; channel < channels; channel++) {
    const frequency = 700 * ((1 + 3800 / 700) ** ((Math.floor(channel / 2) + 1) / bands) - 1);
    const phase = ((channel % 2) * Math.PI) / 2;
    const filter = weights.subarray(channel * kernel, (channel + 1) * kernel);
    for (let t = 0; t < kernel; t++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (t + 0.5)) / kernel);
      filter[t] = window * Math.cos((2 * Math.PI * frequency * (t - kernel / 2)) / RATE + phase);
    }
    const length = Math.hypot(...filter);
    for (let t = 0; t < kernel; t++) filter[t] /= length;
  }
  return weights;
}
