import { describe, expect, test } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import { lossGap } from '../../../src/evaluation/overfitting/loss-gap.ts';
import { memorisedWords, type AnsweredRow } from '../../../src/evaluation/overfitting/memorised.ts';
import { paraphraseLoss, type ParaphrasedRow } from '../../../src/evaluation/overfitting/paraphrase-loss.ts';
import { rephrased, rephrasedRow } from '../../../src/evaluation/overfitting/rephrase.ts';
import type { Message } from '../../../src/models/text/message.ts';

function likelihoods(count: number, nats: number, site: number) {
  return Array.from({ length: count }, (_, row) => {
    const tokens = 5 + (row % 7);
    const spread = 0.5 + randomUnit([5, 'overfitting test', row, site]);
    return { negativeLogLikelihood: nats * tokens * spread, tokens, bytes: 4 * tokens };
  });
}

describe('the gap between training and validation loss', () => {
  test('is of tokens, not of rows, with an interval', () => {
    const found = lossGap(likelihoods(150, 0.4, 0), likelihoods(80, 1.1, 1));
    expect(found).toMatchObject({ trainingRows: 150, validationRows: 80 });
    expect(found.gap).toBeCloseTo(found.validation - found.training, 12);
    expect(found.low).toBeGreaterThan(0.5);
    expect(found.high).toBeLessThan(0.9);
  });

  test('of rows that are equally likely holds 0', () => {
    const { low, high } = lossGap(likelihoods(120, 0.7, 2), likelihoods(120, 0.7, 3));
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  test('agrees with the variance of two independent means', () => {
    const plain = (values: number[]) => values.map((value) => ({ negativeLogLikelihood: value, tokens: 1, bytes: 1 }));
    const draws = (count: number, site: number) =>
      Array.from({ length: count }, (_, row) => randomUnit([6, 'overfitting test', row, site]));
    const { low, high } = lossGap(plain(draws(200, 0)), plain(draws(50, 1)));
    const expected = 2 * 1.96 * Math.sqrt(1 / 12 / 200 + 1 / 12 / 50);
    expect(Math.abs((high - low) / expected - 1)).toBeLessThan(0.15);
  });

  test('of rows in groups is only as sure as so many groups are', () => {
    const copies = (rows: readonly ReturnType<typeof likelihoods>[number][], set: string) =>
      rows.flatMap((row, i) => Array.from({ length: 8 }, () => ({ ...row, group: `${set} ${i}` })));
    const [seen, unseen] = [likelihoods(30, 1, 0), likelihoods(20, 1.2, 1)];
    const single = lossGap(seen, unseen);
    const grouped = lossGap(copies(seen, 'a'), copies(unseen, 'b'));
    expect(grouped.gap).toBeCloseTo(single.gap, 9);
    expect([grouped.low, grouped.high]).toEqual([expect.closeTo(single.low, 9), expect.closeTo(single.high, 9)]);
    const one = likelihoods(20, 1.2, 1).map((row) => ({ ...row, group: 'one' }));
    expect(lossGap(seen, one).high).toBe(Infinity);
  });

  test('of a single row has no bounds', () => {
    expect(lossGap(likelihoods(1, 1, 0), likelihoods(50, 1, 1)).high).toBe(Infinity);
  });
});

describe('requests in other words', () => {
  test.each([
    ["Please don't tell me 3 names.", 'Kindly do not let me know three names.'],
    ['How do I begin? It is big.', "How can I start? It's large."],
    ['IN ORDER TO go', 'To go'],
  ])('%s', (text, other) => {
    expect(rephrased(text)).toBe(other);
  });

  test.each(['Wort: G e r a l d', 'version 2.3 of x-big, 12 cantons', 'bigger and ten-fold', 'can’t-do', ''])(
    'are none where no rule fits: %s',
    (text) => {
      expect(rephrased(text)).toBeUndefined();
    },
  );

  test('change what was asked last, never the answer or the row itself', () => {
    const source = { file: 'rows.jsonl', line: 1 };
    const messages: Message[] = [
      { role: 'user', content: 'a big one' },
      { role: 'assistant', content: 'a big answer' },
      { role: 'user', content: 'two more' },
      { role: 'assistant', content: 'two big ones' },
    ];
    const row = { kind: 'chat' as const, id: 'x', source, messages };
    expect(rephrasedRow(row)).toEqual({
      ...row,
      id: 'x:rephrased',
      messages: messages.with(2, { role: 'user', content: '2 more' }),
    });
    expect(rephrasedRow({ kind: 'text', id: 'y', source, text: 'a big one' })).toBeUndefined();
    expect(rephrasedRow({ kind: 'completion', id: 'z', source, prompt: 'big?', completion: 'big' })).toMatchObject({
      prompt: 'large?',
      completion: 'big',
    });
  });
});

describe('the loss on requests in other words', () => {
  /** Rephrasing costs both models 0.2 nats per token, and the tuned one `more` in addition. */
  const rows = (count: number, more: number): ParaphrasedRow[] =>
    Array.from({ length: count }, (_, row) => {
      const tokens = 3 + (row % 5);
      const noise = (site: number) => 0.3 * (randomUnit([7, 'paraphrase test', row, site]) - 0.5);
      const likelihood = (nats: number) => ({ negativeLogLikelihood: nats * tokens, tokens, bytes: tokens });
      return {
        base: { original: likelihood(2 + noise(0)), rephrased: likelihood(2.2 + noise(1)) },
        tuned: { original: likelihood(0.5 + noise(2)), rephrased: likelihood(0.7 + more + noise(3)) },
      };
    });

  test('counts only what the untuned model does not lose too', () => {
    const same = paraphraseLoss(rows(200, 0))!;
    expect(same.tuned.rephrased - same.tuned.original).toBeGreaterThan(0.15);
    expect(same.low).toBeLessThan(0);
    expect(same.high).toBeGreaterThan(0);
    const more = paraphraseLoss(rows(200, 0.4))!;
    expect(more.low).toBeGreaterThan(0.3);
    expect(more.high).toBeLessThan(0.5);
    const change = ({ original, rephrased: other }: { original: number; rephrased: number }) => other - original;
    expect(more.excess).toBeCloseTo(change(more.tuned) - change(more.base), 12);
  });

  test('is paired: rows that differ much from each other do not widen the interval', () => {
    const shifted = rows(200, 0.4).map(({ base, tuned }, row) => {
      const shift = ({ tokens, bytes, negativeLogLikelihood }: ParaphrasedRow['base']['original']) => {
        return { tokens, bytes, negativeLogLikelihood: negativeLogLikelihood + 5 * (row % 3) * tokens };
      };
      const both = (read: ParaphrasedRow['base']) => {
        return { original: shift(read.original), rephrased: shift(read.rephrased) };
      };
      return { base: both(base), tuned: both(tuned) };
    });
    const [plain, wide] = [rows(200, 0.4), shifted].map((some) => paraphraseLoss(some)!);
    expect(wide.high - wide.low).toBeCloseTo(plain.high - plain.low, 9);
  });

  test('of one row or one group is none', () => {
    expect(paraphraseLoss(rows(1, 1))).toBeUndefined();
    expect(paraphraseLoss(rows(20, 1).map((row) => ({ ...row, group: 'one' })))).toBeUndefined();
  });
});

describe('memorised runs of words', () => {
  const secret = 'the launch code of the old lighthouse is seven four nine two';
  const row = (id: number, answer: string, expected: string, prompt = `question ${id}`): AnsweredRow => {
    return { id: `${id}`, prompt, answer, expected };
  };

  test('are those of training rows that the prompt does not have', () => {
    const words = secret.split(' ').length;
    const rows = [row(0, `Well: ${secret.toUpperCase()}!`, 'nobody here knows the launch code of that old lighthouse')];
    const found = memorisedWords(rows, ['something else entirely', `Remember that ${secret}.`]);
    // The only run of eight words that no training row has is "well" with its seven neighbours.
    expect(found?.answers).toBeCloseTo((words - 7) / (words - 6), 12);
    expect(found?.expected).toBe(0);
    expect(found?.examples).toEqual([{ id: '0', text: secret }]);
    expect(memorisedWords([row(0, secret, secret, `Is it true that ${secret}?`)], [secret])).toBeUndefined();
  });

  test('that right answers have as well are no excess', () => {
    const form = 'thank you for your message, we will answer within two working days, number';
    const rows = Array.from({ length: 40 }, (_, id) => row(id, `${form} ${id}`, `${form} ${id + 100}`));
    const found = memorisedWords(rows, [`${form} 7`]);
    expect(found?.answers).toBeGreaterThan(0.8);
    expect(found?.excess).toBeLessThan(0.1);
    const learnt = rows.map((one) => ({
      ...one,
      expected: `nothing of the kind was ever said to customer number ${one.id}`,
    }));
    const excess = memorisedWords(learnt, [`${form} 7`]);
    expect(excess?.low).toBeGreaterThan(0.5);
  });

  test('need answers of some length', () => {
    expect(memorisedWords([row(0, 'red', 'blue')], ['red and blue'])).toBeUndefined();
    expect(memorisedWords([row(0, 'red', 'blue')], ['red and blue'], { order: 1 })).toMatchObject({
      answers: 1,
      expected: 1,
      excess: 0,
    });
  });
});
