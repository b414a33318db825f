// Speech to text, token by token: prompts, windows, and training.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioProcessor, windowsOf } from '../../../src/engine/audio/index.ts';
import type { SpeechExample } from '../../../src/data/example.ts';
import { transcribe, type Hearing } from '../../../src/answering/decoding/index.ts';
import { create } from '../../../src/training/objectives/speech-seq2seq.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createAdamw } from '../../../src/training/optimizers/adamw.ts';
import { createModel } from '../../../src/models/load-model.ts';
import {
  newTokenizer,
  SpeechTokens,
  Tokenizer,
  trainByteLevelBpe,
  withSpeechWish,
} from '../../../src/models/text/index.ts';
import type { MediaReader } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { trainStep } from '../../../src/training/train-step.ts';

const RATE = 16_000;
const special = ['<|startoftranscript|>', '<|en|>', '<|de|>', '<|transcribe|>', '<|translate|>', '<|notimestamps|>'];
const processor = audioProcessor({
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: 8,
  chunk_length: 1,
});

async function vocabulary(specialTokens = special, generation: object = {}): Promise<Tokenizer> {
  const json = await trainByteLevelBpe(['low tone, high tone'], {
    vocabSize: 270,
    specialTokens: ['<|end|>', ...specialTokens],
  });
  const { files } = await newTokenizer(json, { roles: { eos: '<|end|>' } });
  const others = new Map(files.others).set('generation_config.json', JSON.stringify(generation));
  return Tokenizer.fromFiles({ ...files, others });
}

const tone = (hertz: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / RATE));

let hearing: Hearing;
beforeAll(async () => {
  const tokenizer = await vocabulary();
  const raw = {
    model_type: 'whisper',
    vocab_size: tokenizer.size,
    d_model: 16,
    num_mel_bins: 8,
    encoder_layers: 1,
    encoder_attention_heads: 2,
    encoder_ffn_dim: 32,
    decoder_layers: 1,
    decoder_attention_heads: 2,
    decoder_ffn_dim: 32,
    max_source_positions: 50,
    max_target_positions: 24,
    init_std: 0.2,
  };
  hearing = { model: await createModel(raw, { dtype: 'f32', seed: 1 }), tokenizer, processor };
});
afterAll(() => hearing.model.dispose());

describe("a transcript's beginning", () => {
  it('names language and task where the model knows several', async () => {
    const tokens = new SpeechTokens(hearing.tokenizer);
    const spelt = (ids: number[]) => ids.map((id) => hearing.tokenizer.tokenOf(id)).join('');
    const english = '<|startoftranscript|><|en|><|transcribe|><|notimestamps|>';
    expect(spelt(tokens.prompt({ language: 'en' }))).toBe(english);
    expect(spelt(tokens.prompt({ language: '<|de|>', task: 'translate' }))).toBe(
      '<|startoftranscript|><|de|><|translate|><|notimestamps|>',
    );
    expect(() => tokens.prompt({ language: 'fr' })).toThrow(/fr[\s\S]*one of (en, de|de, en)/);
    expect(() => tokens.prompt({})).toThrow(/no language/);
    const wished = await withSpeechWish(hearing.tokenizer, { language: 'en' });
    expect(spelt(new SpeechTokens(wished).prompt({}))).toBe(english);
  });

  it('names neither where it knows English only', async () => {
    const tokenizer = await vocabulary(['<|startoftranscript|>', '<|notimestamps|>'], { is_multilingual: false });
    const tokens = new SpeechTokens(tokenizer);
    expect(tokens.prompt({})).toHaveLength(2);
    expect(() => tokens.prompt({ language: 'de' })).toThrow(/English, transcribed/);
  });

  it('is not to be had of a vocabulary for texts', async () => {
    const tokenizer = await vocabulary([]);
    expect(() => new SpeechTokens(tokenizer)).toThrow(/not a speech vocabulary/);
  });
});

describe('windows of a long recording', () => {
  it('hold all of it in order, and are cut where it is quiet', () => {
    const samples = new Float32Array(5 * RATE).fill(0.5);
    samples.fill(0, 1.8 * RATE, 1.9 * RATE);
    samples.fill(0, 3.6 * RATE, 3.7 * RATE);
    const windows = windowsOf(samples, { longest: 2 * RATE, sampleRate: RATE });
    expect(windows.map(({ length }) => Math.round((10 * length) / RATE) / 10)).toEqual([1.9, 1.8, 1.4]);
    expect(windows.reduce((sum, { length }) => sum + length, 0)).toBe(samples.length);
  });

  it('are written down each as it is alone', async () => {
    const samples = new Float32Array(2.4 * RATE);
    samples.set(tone(300, 0.9));
    samples.set(tone(700, 0.8), 1.1 * RATE);
    const whole = await transcribe(hearing, samples, { language: 'en', maxNewTokens: 5 });
    const parts = await Promise.all(
      windowsOf(samples, { longest: RATE, sampleRate: RATE }).map((window) =>
        transcribe(hearing, window, { language: 'en', maxNewTokens: 5 }),
      ),
    );
    expect(parts.length).toBeGreaterThan(1);
    expect(whole.text).toBe(
      parts
        .map(({ text }) => text)
        .filter((text) => text !== '')
        .join(' '),
    );
    expect(whole).toMatchObject({ language: 'en', heard: 50 * parts.length });
  });
});

it('suppressed tokens are never written, others not first', async () => {
  const [low, high] = ['l', 'h'].map((letter) => hearing.tokenizer.idOf(letter) as number);
  const all = Array.from({ length: hearing.tokenizer.size }, (_, id) => id);
  const write = async (generation: object) => {
    const tokenizer = await vocabulary(special, generation);
    return (await transcribe({ ...hearing, tokenizer }, tone(300, 0.5), { language: 'en', maxNewTokens: 3 })).text;
  };
  expect(await write({ suppress_tokens: all.filter((id) => id !== low) })).toBe('lll');
  const two = { suppress_tokens: all.filter((id) => id !== low && id !== high) };
  const first = (await write(two))[0];
  const other = first === 'l' ? high : low;
  expect((await write({ ...two, begin_suppress_tokens: [first === 'l' ? low : high] }))[0]).toBe(
    other === low ? 'l' : 'h',
  );
});

it('the language is found out where none is named', async () => {
  expect(['en', 'de']).toContain((await transcribe(hearing, tone(300, 0.5), { maxNewTokens: 2 })).language);
});

/** Waveforms of any length, without language and time tokens. */
async function moonshine(): Promise<Hearing> {
  const plain = await vocabulary(['<s>']);
  const tokenizer = await vocabulary(['<s>'], { decoder_start_token_id: plain.idOf('<s>') });
  const raw = {
    model_type: 'moonshine',
    vocab_size: tokenizer.size,
    hidden_size: 16,
    intermediate_size: 32,
    encoder_num_hidden_layers: 1,
    decoder_num_hidden_layers: 1,
    encoder_num_attention_heads: 2,
    decoder_num_attention_heads: 2,
    partial_rotary_factor: 0.5,
    max_position_embeddings: 24,
    initializer_range: 0.2,
  };
  const processor = audioProcessor({ feature_extractor_type: 'Wav2Vec2FeatureExtractor', do_normalize: false });
  return { model: await createModel(raw, { dtype: 'f32', seed: 1 }), tokenizer, processor };
}

it.each(['whisper', 'moonshine'])('%s learns to write what it hears', async (kind) => {
  const heard = kind === 'whisper' ? hearing : await moonshine();
  const sounds: Record<string, Float32Array> = { 'low tone': tone(250, 0.8), 'high tone': tone(2500, 0.6) };
  const media: MediaReader = {
    kind: 'audio',
    identity: kind,
    size: () => 50,
    tokens: () => 50,
    load: async (some) =>
      some.map((row) => ({ ...row, features: heard.processor.features(sounds[(row.media as { path: string }).path]) })),
  };
  const { model, tokenizer } = heard;
  const objective = create(
    { language: 'en', task: 'transcribe' },
    { tokenizer, media, now: new Date(0), causal: true },
  );
  const examples = Object.keys(sounds).map(
    (text, i): SpeechExample =>
      ({
        kind: 'speech',
        id: text,
        text,
        media: { kind: 'audio', path: text, hash: text },
        source: { file: 'rows.jsonl', line: i + 1 },
      }) as SpeechExample,
  );
  const { rows, problems } = await objective.prepare(examples);
  expect(problems).toEqual([]);
  const batch = rows.map((row) => row!);
  expect(batch.map(({ trained }) => trained[0])).toEqual([0, 0]);
  const tuning = createFull(model, {} as never);
  const update = createAdamw(tuning.trainables, { beta1: 0.9, beta2: 0.98, epsilon: 1e-8 });
  const losses: number[] = [];
  for (let step = 0; step < 60; step++) {
    const microBatches = step % 3 === 0 ? [batch] : [[batch[0]], [batch[1]]];
    const request = { microBatches, step, seed: 1, checkpointing: step % 2 === 0 };
    const options = { learningRate: 1e-2, weightDecay: 0, maxGradNorm: 1 };
    losses.push((await trainStep({ model, objective, update }, { ...request, options })).loss);
  }
  expect(losses.at(-1)).toBeLessThan(0.05 * losses[0]);
  for (const [text, samples] of Object.entries(sounds)) {
    expect((await transcribe(heard, samples, { language: 'en' })).text).toBe(text);
  }
  if (heard !== hearing) model.dispose();
});

it('waveforms of different lengths are read side by side as each is alone', async () => {
  const heard = await moonshine();
  const options = { maxNewTokens: 5 };
  const samples = Float32Array.from([...tone(300, 0.9), ...new Float32Array(0.2 * RATE), ...tone(700, 0.6)]);
  const parts: string[] = [];
  for (const window of windowsOf(samples, { longest: RATE, sampleRate: RATE }))
    parts.push((await transcribe(heard, window, options)).text);
  const short = { ...heard, processor: { ...heard.processor, longest: RATE } };
  expect((await transcribe(short, samples, options)).text).toBe(parts.filter((text) => text !== '').join(' '));
  expect(parts).toHaveLength(2);
  await expect(transcribe(heard, samples, { timestamps: true })).rejects.toThrow('does not produce timestamps');
  heard.model.dispose();
});
