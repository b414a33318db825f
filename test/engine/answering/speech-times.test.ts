// Times in transcripts: the rules for writing them, the segments that they define, and the windows over a long
// recording.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audioProcessor } from '../../../src/engine/audio/index.ts';
import { transcribe, type Hearing } from '../../../src/answering/decoding/index.ts';
import { compressionRatio, REFERENCE_FALLBACK, withFallback } from '../../../src/answering/decoding/speech/fallback.ts';
import { ScoredConstraint } from '../../../src/answering/decoding/speech/scored-constraint.ts';
import { segmentsOf } from '../../../src/answering/decoding/speech/segments.ts';
import { TimedConstraint } from '../../../src/answering/decoding/speech/timed-constraint.ts';
import { createModel } from '../../../src/models/load-model.ts';
import { newTokenizer, Tokenizer, trainByteLevelBpe } from '../../../src/models/text/index.ts';

const RATE = 16_000;
const TIMES = 51;
/** Ids 0 to 9 are texts, 10 is the end, 11 means "no times", 12 to 19 are times. */
const vocabulary = { size: 20, times: { first: 12, lastInitial: 14 }, end: 10, suppressed: [3, 11] };

/** Tokens that may follow the ids: T for texts, E for the end, times by index. */
function after(...ids: number[]): string {
  const constraint = new TimedConstraint(vocabulary);
  for (const id of ids) constraint.advance(id);
  const mask = constraint.allowed();
  const allowed = Array.from({ length: vocabulary.size }, (_, id) => id).filter(
    (id) => ((mask[id >>> 5] >>> (id & 31)) & 1) === 1,
  );
  expect(allowed).not.toContain(3);
  const texts = allowed.filter((id) => id < 10).length;
  const times = allowed.filter((id) => id >= 12).map((id) => id - 12);
  return `${texts === 9 ? 'T' : texts}${allowed.includes(10) ? 'E' : ''} ${times.join('')}`;
}

describe('the rules of times', () => {
  it('have a text begin with an early time, which text follows', () => {
    expect(after()).toBe('0 012');
    expect(after(13)).toBe('TE ');
  });

  it('have a later time end a part, and the next part begin then or later', () => {
    expect(after(13, 1)).toBe('TE 234567');
    expect(after(13, 1, 15)).toBe('0E 34567');
    expect(after(13, 1, 15, 16)).toBe('TE ');
    expect(after(13, 1, 15, 16, 2)).toBe('TE 567');
  });

  it('write a time where all of them together are likelier than any text', () => {
    const adjusted = (text: number) => {
      const logits = new Float32Array(20).fill(0);
      logits[5] = text;
      new TimedConstraint(vocabulary).adjust(logits);
      return logits[5];
    };
    expect(adjusted(Math.log(7.9))).toBe(Number.NEGATIVE_INFINITY);
    expect(adjusted(Math.log(8.1))).toBeCloseTo(Math.log(8.1), 5);
  });
});

describe('the parts of a window', () => {
  const at = { firstTime: 100, steps: 50 };

  it('end at pairs of times, and what comes after the last pair is heard again', () => {
    expect(segmentsOf([100, 1, 2, 110, 112, 3, 120, 120, 4], at)).toEqual({
      segments: [
        { start: 0, end: 10, ids: [100, 1, 2, 110] },
        { start: 12, end: 20, ids: [112, 3, 120] },
      ],
      next: 20,
    });
  });

  it('are all there where the last time stands alone', () => {
    const { segments, next } = segmentsOf([100, 1, 110, 110, 2, 130], at);
    expect(segments.map(({ start, end }) => [start, end])).toEqual([
      [0, 10],
      [10, 30],
    ]);
    expect(next).toBe(50);
  });

  it('are one part where no two times stand side by side', () => {
    expect(segmentsOf([102, 1, 130], at)).toEqual({
      segments: [{ start: 2, end: 30, ids: [102, 1, 130] }],
      next: 50,
    });
    expect(segmentsOf([105, 1], at).segments).toEqual([{ start: 5, end: 50, ids: [105, 1] }]);
    expect(segmentsOf([], at)).toEqual({ segments: [{ start: 0, end: 50, ids: [] }], next: 50 });
  });
});

const timeTokens = Array.from({ length: TIMES }, (_, i) => `<|${(i / 50).toFixed(2)}|>`);
const processor = audioProcessor({
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: 8,
  chunk_length: 1,
});

async function timedVocabulary(): Promise<Tokenizer> {
  const json = await trainByteLevelBpe(['low tone, high tone'], { vocabSize: 264, specialTokens: ['<|end|>'] });
  const { files } = await newTokenizer(json, { roles: { eos: '<|end|>' } });
  const words = [
    '<|startoftranscript|>',
    '<|en|>',
    '<|de|>',
    '<|transcribe|>',
    '<|translate|>',
    '<|nospeech|>',
    '<|notimestamps|>',
  ];
  const parsed = JSON.parse(files.tokenizer) as { added_tokens: object[]; model: { vocab: Record<string, number> } };
  const first = Object.keys(parsed.model.vocab).length;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  for (const [i, content] of [...words, ...timeTokens].entries()) {
    parsed.added_tokens.push({ id: first + i, content, ...flags });
  }
  const others = new Map(files.others).set(
    'generation_config.json',
    JSON.stringify({ max_initial_timestamp_index: 10 }),
  );
  return Tokenizer.fromFiles({ ...files, tokenizer: JSON.stringify(parsed), others });
}

let hearing: Hearing;
beforeAll(async () => {
  const tokenizer = await timedVocabulary();
  const halves = { encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 32 };
  const decoder = { decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 32 };
  const shape = { d_model: 16, num_mel_bins: 8, max_source_positions: 50, max_target_positions: 24, init_std: 0.4 };
  const raw = { model_type: 'whisper', vocab_size: tokenizer.size, ...shape, ...halves, ...decoder };
  hearing = { model: await createModel(raw, { dtype: 'f32', seed: 1 }), tokenizer, processor };
});
afterAll(() => hearing.model.dispose());

const sound = (seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(seconds * RATE) }, (_, i) => 0.5 * Math.sin(i / (3 + i / 9000)));

describe('a window is written again', () => {
  const attempt = (logProb: number, text = 'a b') => ({ logProb, text });
  const tries = async (attempts: { logProb: number; text: string }[], silence: number) => {
    const asked: number[] = [];
    const left = attempts.values();
    const write = async (temperature: number) => (asked.push(temperature), left.next().value!);
    const { found, isSilence } = await withFallback(REFERENCE_FALLBACK, write, async () => silence);
    return { asked, logProb: found.logProb, isSilence };
  };

  it('at the next temperature while it is guessed or repeats itself, as the reference does', async () => {
    expect(await tries([attempt(-0.5)], 1)).toEqual({ asked: [0], logProb: -0.5, isSilence: false });
    const loop = attempt(-0.1, 'so it is '.repeat(30));
    expect(compressionRatio(loop.text)).toBeGreaterThan(2.4);
    expect(await tries([loop, attempt(-1.2), attempt(-0.9)], 0.5)).toEqual({
      asked: [0, 0.2, 0.4],
      logProb: -0.9,
      isSilence: false,
    });
    const poor = [-2, -3, -4, -5, -6, -7].map((logProb) => attempt(logProb));
    expect(await tries(poor, 0.5)).toEqual({ asked: [0, 0.2, 0.4, 0.6, 0.8, 1], logProb: -7, isSilence: false });
  });

  it('but not where it is silence, which is what is guessed where nobody seems to speak', async () => {
    expect(await tries([attempt(-1.5)], 0.7)).toEqual({ asked: [0], logProb: -1.5, isSilence: true });
    expect((await tries([attempt(-0.9)], 0.99)).isSilence).toBe(false);
  });

  it('by how likely its tokens and its end are among those that may follow', () => {
    const scored = new ScoredConstraint(new TimedConstraint(vocabulary));
    const step = (id: number, ...likely: number[]) => {
      const logits = new Float32Array(20).fill(Number.NEGATIVE_INFINITY);
      for (const one of likely) logits[one] = 0;
      scored.adjust(logits);
      if (id >= 0) scored.advance(id);
    };
    step(12, 12, 13);
    step(1, 1, 2, 4, 5);
    step(-1, 10, 5);
    expect(scored.total(undefined)).toBeCloseTo(Math.log(1 / 2) + Math.log(1 / 4), 10);
    expect(scored.total(10)).toBeCloseTo(Math.log(1 / 2) + Math.log(1 / 4) + Math.log(1 / 2), 10);
  });
});

describe('a recording with times', () => {
  it('of silence has no text, and is gone through window by window', async () => {
    const fallback = { logProb: 0, noSpeech: 0 };
    const { text, segments, heard } = await transcribe(hearing, sound(2.7), { language: 'en', fallback });
    expect([text, segments, heard]).toEqual(['', [], 150]);
    const { files } = hearing.tokenizer;
    const unnamed = await Tokenizer.fromFiles({
      ...files,
      tokenizer: files.tokenizer.replaceAll('<|nospeech|>', '<|other|>'),
    });
    expect(
      (await transcribe({ ...hearing, tokenizer: unnamed }, sound(2.7), { language: 'en', fallback })).text,
    ).not.toBe('');
  });

  it('is written the same each time, also where temperatures are tried', async () => {
    const options = { language: 'en', fallback: { logProb: 0, noSpeech: 1 } };
    const [first, second] = [
      await transcribe(hearing, sound(1.5), options),
      await transcribe(hearing, sound(1.5), options),
    ];
    expect(first).toEqual(second);
    const greedy = { ...options, fallback: { temperatures: [0] } };
    expect(first.text).not.toBe((await transcribe(hearing, sound(1.5), greedy)).text);
  });

  it('is gone through to its end, in parts that follow each other', async () => {
    const { segments = [], text, heard } = await transcribe(hearing, sound(2.7), { language: 'en' });
    expect(heard % 50).toBe(0);
    expect(heard).toBeGreaterThanOrEqual(150);
    const places = segments.flatMap(({ start, end }) => [start, end]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(segments.length).toBeGreaterThan(0);
    expect(text.replaceAll(/\s/g, '')).toBe(segments.map((one) => one.text.replaceAll(/\s/g, '')).join(''));
    expect(text).not.toMatch(/<\|/);
  });

  it('of one window has parts only where they are asked for', async () => {
    const plain = await transcribe(hearing, sound(0.6), { language: 'en' });
    expect(plain.segments).toBeUndefined();
    const timed = await transcribe(hearing, sound(0.6), { language: 'en', timestamps: true });
    expect(timed.segments).toBeDefined();
    expect(timed.language).toBe('en');
  });

  it('hears of a short one what the model hears without times', () => {
    const samples = sound(0.6);
    expect(processor.spectrogram!(samples).window(0)).toEqual(processor.features(samples));
  });

  it('hears a long one at any place, with nothing after its end', () => {
    const { frames, window } = processor.spectrogram!(sound(1.5));
    expect(frames).toBe(150);
    const { shape, data } = window(100);
    expect(shape).toEqual([8, 100]);
    expect([...data.subarray(50, 100)].every((value) => value === 0)).toBe(true);
    expect(data.subarray(0, 50)).toEqual(window(90).data.subarray(10, 60));
  });
});

it('times are refused of a model that has none, and known of one whose tokenizer does not name them', async () => {
  const { files } = hearing.tokenizer;
  const parsed = JSON.parse(files.tokenizer) as { added_tokens: { content: string }[] };
  parsed.added_tokens = parsed.added_tokens.filter(({ content }) => !timeTokens.includes(content));
  const tokenizer = await Tokenizer.fromFiles({ ...files, tokenizer: JSON.stringify(parsed) });
  const options = { language: 'en', timestamps: true };
  const write = async (vocab_size: number) => {
    const model = await createModel({ ...hearing.model.config, vocab_size }, { dtype: 'f32', seed: 1 });
    return transcribe({ ...hearing, model, tokenizer }, sound(0.5), options).finally(() => model.dispose());
  };
  await expect(write(tokenizer.size)).rejects.toThrow(/does not produce timestamps/);
  expect((await write(tokenizer.size + TIMES)).text).toBe((await transcribe(hearing, sound(0.5), options)).text);
});
