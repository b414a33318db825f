import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import {
  checkForgetting,
  measureForgetting,
  type GeneralAnswers,
} from '../../../src/evaluation/general/general-forgetting.ts';
import { readGeneralSet } from '../../../src/evaluation/general/general-set.ts';

const set = readGeneralSet();

/** A model that needs about `bits` per byte, varying by passage, and knows a share of the words. */
function model(bits: number, known: number): GeneralAnswers {
  const bytesOf = (text: string) => Buffer.byteLength(text);
  const passages = set.passages.map(({ text }, row) => {
    const bytes = bytesOf(text);
    const spread = 0.9 + 0.2 * randomUnit([3, 'general test', row]);
    return { negativeLogLikelihood: bits * spread * bytes * Math.LN2, tokens: bytes, bytes };
  });
  const questions = set.questions.map(({ choices, right }, row) => {
    const chosen = randomUnit([3, 'general words', row]) < known ? right : (right + 1) % choices.length;
    return choices.map(({ completion }, i) => {
      const bytes = bytesOf(completion);
      return { negativeLogLikelihood: (i === chosen ? 1 : 2) * bytes, tokens: 2, bytes };
    });
  });
  return { passages, questions };
}

describe('the general set', () => {
  test('has passages in documents, and questions of four words with one right among them', () => {
    expect(set.passages.length).toBeGreaterThanOrEqual(150);
    expect(new Set(set.passages.map(({ group }) => group)).size).toBeGreaterThanOrEqual(30);
    for (const { choices, right } of set.questions) {
      expect(new Set(choices.map(({ completion }) => completion)).size).toBe(4);
      expect(choices[right]?.completion).toMatch(/^ [a-z]+$/);
    }
    // Right answers must not always be in the same position.
    const places = [0, 1, 2, 3].map((place) => set.questions.filter(({ right }) => right === place).length);
    for (const count of places) expect(count / set.questions.length).toBeGreaterThan(0.15);
  });
});

describe('forgetting', () => {
  test('of a model that did not change is none', () => {
    const same = model(1.2, 0.5);
    const { measures } = measureForgetting(set, { before: same, after: same });
    for (const measure of measures) {
      expect(measure).toMatchObject({ loss: 0, low: 0, high: 0, p: 1, verdict: 'no-evidence' });
      expect(measure.before).toBe(measure.after);
    }
  });

  test('is a loss whichever direction the metric has, with its interval', () => {
    const change = { before: model(1.2, 0.8), after: model(1.3, 0.5) };
    const [bits, words] = measureForgetting(set, change).measures;
    expect(bits).toMatchObject({ metric: 'bits_per_byte', verdict: 'worse', rows: set.passages.length });
    expect(bits.after - bits.before).toBeCloseTo(bits.loss, 12);
    expect(bits.low).toBeGreaterThan(0.05);
    expect(words).toMatchObject({ metric: 'accuracy', verdict: 'worse' });
    expect(words.before - words.after).toBeCloseTo(words.loss, 12);
    const back = measureForgetting(set, { before: change.after, after: change.before }).measures;
    expect(back.map(({ verdict }) => verdict)).toEqual(['better', 'better']);
    expect(back[0].loss).toBeLessThan(0);
  });

  test('beyond the limit is refused with exit code 3 and every measure that broke it', () => {
    const forgetting = measureForgetting(set, { before: model(1.2, 0.8), after: model(1.3, 0.5) });
    expect(() => checkForgetting(forgetting, { bits_per_byte: 0.2, accuracy: 0.5 })).not.toThrow();
    expect(() => checkForgetting(forgetting, null)).not.toThrow();
    const refused = { code: 'E_FORGETTING', exitCode: 3 };
    expect(() => checkForgetting(forgetting, { bits_per_byte: 0.05 })).toThrow(expect.objectContaining(refused));
    expect(() => checkForgetting(forgetting, { bits_per_byte: 0.05, accuracy: 0 })).toThrow(
      /bits_per_byte: bits per byte of general English: 1\.\d+ before[^]*accuracy: words predicted/,
    );
  });

  test('that could not be measured does not pass a limit', () => {
    expect(() => checkForgetting(undefined, { bits_per_byte: 1 })).toThrow(/E_FORGETTING/);
    expect(() => checkForgetting(undefined, null)).not.toThrow();
  });
});
