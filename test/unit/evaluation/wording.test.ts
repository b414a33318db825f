// Rephrased rows, and whether answers copy what they should.
import { describe, expect, test } from 'vitest';
import type { ClassificationExample, CompletionExample } from '../../../src/data/example.ts';
import { suitableMetrics } from '../../../src/evaluation/compare/suitable-metrics.ts';
import { rowChanges } from '../../../src/evaluation/compare/choose-samples.ts';
import { copied } from '../../../src/scoring/metrics/copied.ts';
import { copiedValues } from '../../../src/scoring/metrics/copied-values.ts';
import { canReword, otherWords } from '../../../src/evaluation/wording/other-words.ts';
import { refreshRows } from '../../../src/evaluation/wording/refreshed.ts';
import { rewordRows } from '../../../src/evaluation/wording/reworded.ts';
import { wordingFinding } from '../../../src/evaluation/wording/wording-sentence.ts';
import type { Verdict } from '../../../src/store/results.ts';
import type { Wording } from '../../../src/evaluation/wording/wording-results.ts';

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
      }) as unknown as Parameters<typeof rowChanges>[0][0];
    const row = reply(ASKED, ANSWER);
    const mine = scored([82, 82, 40], [0, 1, 1]);
    const theirs = scored([80, 80, 90], [1, 1, 0]);
    const [wrongPerson, nearer, muchWorse] = rowChanges([mine, theirs], [row, row, row], { name: 'chrf', best: 100 });
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

  test('are read from columns of texts too, and not from columns of numbers and codes', async () => {
    const [subject, body] = [(i: number) => (i % 2 === 0 ? 'My invoice' : 'My parcel'), (i: number) => rows[i].text];
    const joined = rows.map((row, i) => ({ ...row, fields: { subject: subject(i), body: body(i), product: null } }));
    const reworded = await otherWords(joined, { train: joined, most: 40, seed: 1 });
    expect(reworded).toHaveLength(40);
    expect(reworded.every((row) => 'fields' in row && row.fields === undefined)).toBe(true);
    expect(canReword({ ...rows[0], fields: { amount: 30, country: 'DE' } })).toBe(false);
    expect(canReword({ ...rows[0], fields: { code: 'AB-1', country: 'DE' } })).toBe(false);
  });

  test('differ from each other in form, and are the same for a seed', () => {
    const texts = (seed: number) => rewordRows(rows, { train: rows, asides, seed }).map(({ text }) => text);
    expect(texts(1)).toEqual(texts(1));
    expect(texts(1)).not.toEqual(texts(2));
    expect(texts(1).filter((text) => text.includes('roses')).length).toBeGreaterThan(10);
    expect(texts(1).filter((text) => text === text.toLowerCase()).length).toBeGreaterThan(5);
  });
});

describe('written rows in other words', () => {
  const asides = ['It has been a very long week.'];

  test('ask for other numbers and names, which the right answer copies', () => {
    const rows = Array.from({ length: 20 }, (_, i) =>
      reply(
        `Hello,\nwhere is my parcel AB-${70_000 + i}?\nRegards,\nHeather Fitzgerald`,
        `Dear Heather, AB-${70_000 + i} is on its way and will reach you soon.`,
      ),
    );
    const reworded = refreshRows(rows, { asides, seed: 3 }) as CompletionExample[];
    expect(reworded).toHaveLength(rows.length);
    for (const [i, { prompt, completion }] of reworded.entries()) {
      const [, name, code] = /^Dear (\p{L}+), (AB-\d{5}) is on its way and will reach you soon\.$/u.exec(completion)!;
      expect(prompt).toContain(code);
      expect(prompt).toContain(name);
      expect(name).not.toBe('Heather');
      expect(code).not.toBe(`AB-${70_000 + i}`);
    }
    expect(new Set(reworded.map(({ completion }) => completion)).size).toBe(rows.length);
  });

  test('give fields of JSON answers the value of another row, in prompt and answer alike', () => {
    const values = [
      ['red', 'desk-lamp'],
      ['green', 'kettle (1.7 l)'],
      ['blue', 'iron'],
    ];
    const rows = values.map(([colour, product]) =>
      reply(`A ${colour} ${product}, quite new, for sale.`, JSON.stringify({ colour, product })),
    );
    const reworded = refreshRows(rows, { asides: [], seed: 1 }) as CompletionExample[];
    expect(reworded.length).toBeGreaterThan(0);
    for (const { prompt, completion, id } of reworded) {
      const { colour, product } = JSON.parse(completion) as { colour: string; product: string };
      expect(prompt).toContain(colour);
      expect(prompt).toContain(product);
      expect(id).not.toContain(colour);
    }
  });

  test('leave answers alone that call tools', () => {
    const calls = [{ type: 'function' as const, function: { name: 'stock', arguments: { order: 'AB-77777' } } }];
    const messages = [
      { role: 'user' as const, content: 'Where is AB-77777?' },
      { role: 'assistant' as const, content: '', tool_calls: calls },
    ];
    expect(refreshRows([{ kind: 'chat', id: 'a', source, messages }], { asides, seed: 1 })).toEqual([]);
  });
});

describe('what rows in other words say', () => {
  const metric = { name: 'accuracy', title: 'accuracy', better: 'higher', best: 1 } as const;
  const titles: Record<string, string> = { tuned: 'tuned', logistic_regression: 'tf-idf' };
  const system = (name: string, asTested: number, reworded: number) => {
    return { name, title: titles[name], values: { accuracy: { asTested, reworded } } };
  };
  const wording = (reworded: number, rival: number, verdict: Verdict): Wording => ({
    version: 1,
    rows: 200,
    testedRows: 200,
    confidence: 0.95,
    metrics: [metric],
    systems: [system('tuned', 0.97, reworded), system('logistic_regression', 0.96, rival)],
    against: { name: 'logistic_regression', verdict },
    examples: [],
  });

  test('is to use the cheap system where that holds and the result does not', () => {
    expect(wordingFinding(wording(0.41, 0.8, 'worse'))).toEqual({
      tone: 'bad',
      sentence:
        'It answers 82 of 200 test rows in other words right, 194 as they are; tf-idf 160, 192 as they are: use tf-idf, or tune another base.',
    });
  });

  test('names no rival that copies worse, or that cannot be kept', () => {
    const beaten = wording(0.41, 0.8, 'worse');
    const [subject, rival] = beaten.systems;
    const copied = (reworded: number) => ({ copied: { asTested: 1, reworded } });
    const copying: Wording = {
      ...beaten,
      metrics: [...beaten.metrics, { name: 'copied', title: 'copied right', better: 'higher', best: 1 }],
      systems: [
        { ...subject, values: { ...subject.values, ...copied(0.3) } },
        { ...rival, values: { ...rival.values, ...copied(0) } },
      ],
    };
    expect(wordingFinding(copying).sentence).toMatch(/as they are: tune another base\.$/);
    const yardstick = JSON.parse(JSON.stringify(beaten).replaceAll(rival.name, 'fieldwise')) as Wording;
    expect(wordingFinding(yardstick).sentence).toMatch(/as they are: tune another base\.$/);
  });

  test('is that the result hangs on its rows where all do, and no more where a word counter leads by little', () => {
    expect(wordingFinding(wording(0.5, 0.5, 'no-evidence')).tone).toBe('fair');
    expect(wordingFinding(wording(0.95, 1, 'worse')).tone).toBe('good');
  });

  test('is no more than counts where the result holds, since rules change few words', () => {
    expect(wordingFinding(wording(0.95, 0.9, 'no-evidence')).sentence).toBe(
      'It answers 190 of 200 test rows in other words right, 194 as they are; tf-idf 180, 192 as they are.',
    );
    const ofMore = { ...wording(0.95, 0.9, 'no-evidence'), testedRows: 500 };
    expect(wordingFinding(ofMore).sentence).toContain(
      '190 of 200 test rows in other words right, 485 of 500 as they are',
    );
  });
});
