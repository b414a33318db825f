import { describe, expect, it } from 'vitest';
import { existsSync } from 'node:fs';
import { architectures } from '../../../src/models/index.ts';
import { skeleton } from '../../../src/models/skeleton.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { collateRows } from '../../../src/answering/tasks/rows/collate.ts';
import { scope } from '../../../src/engine/tensor/index.ts';
import { workOfImage } from '../../../src/jobs/estimate/image-work.ts';

const resnet50 = {
  model_type: 'resnet',
  embedding_size: 64,
  hidden_sizes: [256, 512, 1024, 2048],
  depths: [3, 4, 6, 3],
  layer_type: 'bottleneck',
};
const tower = { hidden_size: 8, intermediate_size: 8, num_hidden_layers: 1, num_attention_heads: 2 };
const vision = { ...tower, image_size: 8, patch_size: 2 };

async function workOf(raw: RawConfig, task?: 'sequence') {
  const { model } = await skeleton(raw, { task });
  const work = workOfImage(model);
  model.dispose();
  return work;
}

describe.skipIf(!existsSync('build/attune.node'))('the work of an image', () => {
  it('is as published for ResNet-50 (4.09 · 10⁹ products) and MobileNetV2 (0.30 · 10⁹)', async () => {
    const resnet = await workOf(resnet50);
    expect([resnet?.tokens, Math.round(resnet!.products / 1e7)]).toEqual([49, 409]);
    const mobile = await workOf({ model_type: 'mobilenet_v2', image_size: 224 });
    expect([mobile?.tokens, Math.round(mobile!.products / 1e7)]).toEqual([49, 30]);
  });

  it('is that of patches for a classifier on the image tower of CLIP, and of no image for both towers', async () => {
    const clip = {
      model_type: 'clip',
      vision_config: vision,
      text_config: { ...tower, vocab_size: 9, eos_token_id: 8 },
    };
    expect(await workOf(clip, 'sequence')).toEqual({ tokens: 17, products: 16 * 8 * 12 });
    expect(await workOf(clip)).toBeUndefined();
  });
});

/** Multiplications of consecutive unpadded convolutions [input, output, kernel, stride]. */
function productsOf(layers: readonly (readonly [number, number, number, number])[], samples: number): number {
  let [length, products] = [samples, 0];
  for (const [input, output, kernel, stride] of layers) {
    length = Math.floor((length - kernel) / stride) + 1;
    products += length * input * output * kernel;
  }
  return products;
}

describe('the work in front of the blocks', () => {
  const frontEndOf = async (raw: RawConfig) => (await architectures.load(String(raw.model_type))).frontEnd!(raw);

  it('is that of the convolutions of wav2vec2-base over a minute, and of the positional one', async () => {
    const { products } = await frontEndOf({ model_type: 'wav2vec2' });
    const rest = [3, 3, 3, 3, 2, 2].map((kernel) => [512, 512, kernel, 2] as const);
    const samples = 60 * 16_000;
    const positional = (2999 * 768 * 768 * 128) / 16;
    const counted = productsOf([[1, 512, 10, 5], ...rest], samples) + positional;
    expect((2999 * products) / counted).toBeCloseTo(1, 2);
  });

  it('is that of the two convolutions of whisper over its 3,000 frames', async () => {
    const raw = { model_type: 'whisper', vocab_size: 51_865, d_model: 512 };
    const layers = { encoder_layers: 1, encoder_attention_heads: 8, encoder_ffn_dim: 8 };
    const decoder = { decoder_layers: 1, decoder_attention_heads: 8, decoder_ffn_dim: 8 };
    const { products, recordingTokens } = await frontEndOf({ ...raw, ...layers, ...decoder });
    expect(recordingTokens).toBe(1500);
    expect(1500 * products).toBe(3000 * 3 * 80 * 512 + 1500 * 3 * 512 * 512);
  });
});

it.skipIf(!existsSync('build/attune.node'))('waveforms lie side by side in every batch, and none is padded', () => {
  const rows = [3, 5].map((samples, i) => ({
    id: String(i),
    ids: new Int32Array(),
    trained: new Uint8Array(),
    features: { data: new Float32Array(samples).fill(i + 1), shape: [samples] },
    source: { file: '', line: i },
  }));
  scope(() => {
    const { features, featureLengths } = collateRows(rows, { causal: false }).input;
    expect([features?.shape, featureLengths]).toEqual([[8], [3, 5]]);
  });
});
