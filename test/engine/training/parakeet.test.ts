// Recordings and their texts in subword tokens, trained by CTC over mel frames.
import { expect, it } from 'vitest';
import { audioProcessor } from '../../../src/engine/audio/index.ts';
import type { SpeechExample } from '../../../src/data/example.ts';
import { transcribe } from '../../../src/answering/decoding/index.ts';
import type { MediaReader } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { newTokenizer, trainByteLevelBpe } from '../../../src/models/text/index.ts';
import { create } from '../../../src/training/objectives/ctc.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { trainStep } from '../../../src/training/train-step.ts';
import { tinyConfigs } from '../tiny-configs.ts';

const RATE = 16_000;
/** A tone that glides between frequencies: a steady one vanishes when bands are normalised. */
const glide = (from: number, to: number, seconds: number): Float32Array =>
  Float32Array.from({ length: seconds * RATE }, (_, i) => {
    const t = i / RATE;
    return 0.5 * Math.sin(2 * Math.PI * (from * t + ((to - from) * t * t) / (2 * seconds)));
  });

it('Parakeet learns to write pieces of words for recordings of different lengths', async () => {
  const json = await trainByteLevelBpe(['low tone high tone '.repeat(9)], { vocabSize: 280, specialTokens: ['<pad>'] });
  const tokenizer = await newTokenizer(json, { roles: { pad: '<pad>' } });
  const processor = audioProcessor({ feature_extractor_type: 'ParakeetFeatureExtractor', feature_size: 4 });
  const [raw] = tinyConfigs.parakeet_ctc;
  const none = { layerdrop: 0, dropout: 0, dropout_positions: 0, activation_dropout: 0, attention_dropout: 0 };
  const own = { vocab_size: tokenizer.size, pad_token_id: tokenizer.idOf('<pad>')!, initializer_range: 0.2 };
  const model = await createModel(
    {
      ...raw,
      ...own,
      encoder_config: { ...(raw.encoder_config as object), ...none, hidden_size: 16, num_hidden_layers: 1 },
    },
    { dtype: 'f32', seed: 1 },
  );
  const sounds: Record<string, Float32Array> = {
    'low tone': glide(3000, 200, 0.5),
    'high tone': glide(200, 3000, 0.7),
  };
  const media: MediaReader = {
    kind: 'audio',
    identity: 'parakeet',
    size: () => 50,
    tokens: ({ shape }) => model.architecture.tokensOfFeatures!(model.config, shape),
    load: async (some) =>
      some.map((row) => ({ ...row, features: processor.features(sounds[(row.media as { path: string }).path]) })),
  };
  const objective = create({ reduction: 'sum' } as never, { tokenizer, media, now: new Date(0), causal: false });
  const examples = Object.keys(sounds).map((text, i) => {
    const file = { kind: 'audio', path: text, hash: text };
    return { kind: 'speech', id: text, text, media: file, source: { file: 'rows.jsonl', line: i } } as SpeechExample;
  });
  const { rows, problems } = await objective.prepare(examples);
  expect(problems).toEqual([]);
  // There are fewer tokens than letters.
  expect(rows.every((row) => row!.ids.length < row!.id.length)).toBe(true);
  const tuning = createFull(model, {} as never);
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 });
  const losses: number[] = [];
  for (let step = 0; step < 80; step++) {
    const request = { microBatches: [rows.map((row) => row!)], step, seed: 1, checkpointing: false };
    const options = { learningRate: 1e-2, weightDecay: 0, maxGradNorm: 1 };
    losses.push((await trainStep({ model, objective, update }, { ...request, options })).loss);
  }
  expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]);
  for (const [text, samples] of Object.entries(sounds))
    expect((await transcribe({ model, tokenizer, processor }, samples)).text).toBe(text);
  model.dispose();
});
