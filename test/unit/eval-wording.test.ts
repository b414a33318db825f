// Rows in other words, and whether answers copy what they should.
import { describe, expect, test } from 'vitest';
import type { ClassificationExample, CompletionExample } from '../../src/data/example.ts';
import { suitableMetrics } from '../../src/eval/compare/suitable-metrics.ts';
import { rowChanges } from '../../src/eval/compare/samples.ts';
import { copied } from '../../src/eval/metrics/copied.ts';
import { copiedValues } from '../../src/eval/wording/copied-values.ts';
import { rewordRows } from '../../src/eval/wording/reworded.ts';

const source = { file: 'rows.csv', line: 1 };

const ASKED = 'Hello,\nI was charged twice for order AB-777888.\nRegards,\nAnna Smith';
const ANSWER = 'Dear Anna Smith, I am sorry for the double charge on order AB-777888. Regards, Deja';

function reply(prompt: string, completion: string): CompletionExample {
  return { kind: 'completion', id: prompt, source, prompt, completion };
}

function copiedRight(answer: string): number {
  const metric = copied.create();
  metric.add({ id: 'a', text: answer }, reply(ASKED, ANSWER));
  return metric.result().value;
}

describe('values that an answer copies', () => {
  test('are its codes and names that stand in the prompt, and no words that merely begin a sentence', () => {
    expect(copiedValues(ASKED, ANSWER)).toEqual(['Anna', 'Smith', 'AB-777888']);
    expect(copiedValues('The lamp is broken. The end.', 'The lamp comes back.')).toEqual([]);
  });

  test.each([
    ['all of them', ANSWER, 1],
    ['in other words', 'Sorry, Anna Smith! AB-777888 will be refunded.', 1],
    ['with another digit', ANSWER.replace('777888', '778888'), 0],
    ['to another person', ANSWER.replace('Anna', 'Deja'), 0],
    ['with a number from nowhere', `${ANSWER} You get 39.90 EUR.`, 0],
    ['with nothing', '', 0],
  ])('are counted as copied right: %s', (_, answer, value) => {
    expect(copiedRight(answer)).toBe(value);
  });

  test('are measured where answers have some, next to the overlap of the texts', () => {
    const long = (name: string) =>
      reply(`I am not happy. Yours, ${name}`, `Dear ${name}, we are sorry to hear that and look into it.`);
    const names = ['Anna', 'Deja', 'Earl'].map((name) => long(name));
    expect(suitableMetrics(names).map(({ metric }) => metric)).toContain('copied');
    const plain = names.map((row) => ({ ...row, completion: 'We are sorry to hear that and will look into it soon.' }));
    expect(suitableMetrics(plain).map(({ metric }) => metric)).not.toContain('copied');
  });

  test('decide between two answers that are about as near to the right one', () => {
    const scored = (chrf: number[], copies: number[]) =>
      ({
        scores: new Map(
          Object.entries({ chrf, copied: copies }).map(([name, rows]) => [
            name,
            { name, better: 'higher', rows: Float64Array.from(rows) },
          ]),
        ),
        predictions: [{}, {}, {}],
      }) as unknown as Parameters<typeof rowChanges>[0];
    const mine = scored([82, 82, 40], [0, 1, 1]);
    const theirs = scored([80, 80, 90], [1, 1, 0]);
    const [wrongPerson, nearer, muchWorse] = rowChanges(mine, theirs, { name: 'chrf', best: 100 });
    expect(wrongPerson).toBeLessThan(0);
    expect(nearer).toBeGreaterThan(0);
    expect(muchWorse).toBeLessThan(0);
  });
});

describe('classified rows in other words', () => {
  const PARTS = { billing: 'I was charged twice for order', shipping: 'The parcel has not arrived for order' };
  const rows = Array.from({ length: 60 }, (_, i): ClassificationExample => {
    const label = i % 2 === 0 ? 'billing' : 'shipping';
    const text = `Good morning,\n\n${PARTS[label]} AB-${1000 + i}. I hope you can help me.\n\nRegards,\nAnna`;
    return { kind: 'classification', id: `row ${i}`, source, text, label };
  });
  const asides = ['The garden was full of roses.'];

  test('keep what tells the class and lose what frames it', () => {
    const reworded = rewordRows(rows, { train: rows, asides, seed: 1 });
    expect(reworded).toHaveLength(rows.length);
    for (const { text } of reworded) expect(text).not.toMatch(/Good morning|Regards/);
    const telling = {
      billing: /charged|twice|chraged|cahrged|chagred|charegd|tiwce|twcie/i,
      shipping: /parcel|arrived|a\w+ed|p\w+l/i,
    };
    for (const { text, label } of reworded) expect(text).toMatch(telling[label as keyof typeof telling]);
  });

  test('differ from each other in form, and are the same for a seed', () => {
    const texts = (seed: number) => rewordRows(rows, { train: rows, asides, seed }).map(({ text }) => text);
    expect(texts(1)).toEqual(texts(1));
    expect(texts(1)).not.toEqual(texts(2));
    expect(texts(1).filter((text) => text.includes('roses')).length).toBeGreaterThan(10);
    expect(texts(1).filter((text) => text === text.toLowerCase()).length).toBeGreaterThan(5);
  });
});
