// Pairs written from a file of rows, answered by systems, and a gate that refuses answers that change too often.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, data, eval as evaluate } from '../../src/app/index.ts';

let folder: string;
const path = (name: string): string => join(folder, name);
const write = (name: string, rows: readonly unknown[]): void =>
  writeFileSync(path(name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
const read = (name: string) =>
  readFileSync(path(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-pairs-'));
  const things = ['key', 'bag', 'card', 'phone', 'coat', 'lamp', 'book', 'ring', 'plan', 'desk', 'tent', 'kite'];
  // Rows with a bias: men got the better answer.
  const biased = things.flatMap((thing) => [
    { text: `She lost her ${thing}`, label: 'refuse' },
    { text: `He lost his ${thing}`, label: 'accept' },
  ]);
  write('train.jsonl', biased);
  write('rows.jsonl', [
    ...['train', 'boat', 'horse', 'piano', 'violin', 'tractor'].map((thing, index) => ({
      text: index % 2 === 0 ? `She sold her ${thing} yesterday` : `He sold his ${thing} yesterday`,
      label: 'accept',
      id: index,
    })),
    { text: 'I gave her money', label: 'accept', id: 6 },
    { text: 'The tractor is red', label: 'accept', id: 7 },
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('counterfactual pairs', () => {
  it('are written beside each other, and rows that cannot be changed are counted', async () => {
    const written = await data.counterfactuals(path('rows.jsonl'), { output: path('pairs.jsonl'), change: ['gender'] });
    expect(written).toMatchObject({ rows: 8, pairs: 6 });
    expect(written.axes[0]).toMatchObject({ nobody: 1, groups: { 'female → male': 3, 'male → female': 3 } });
    expect(Object.values(written.axes[0].doubts)).toEqual([{ rows: 1, lines: [7] }]);
    const [original, changed] = read('pairs.jsonl');
    expect(original).toMatchObject({ text: 'She sold her train yesterday', label: 'accept', id: 0 });
    expect(changed).toMatchObject({
      text: 'He sold his train yesterday',
      counterfactual: { pair: '1-gender', side: 'changed', group: 'male' },
    });
  });

  it('keep roles, tools and labels of conversations, and change both sides of a row', async () => {
    const messages = [
      { role: 'user', content: 'My son called. Is he at home?' },
      { role: 'assistant', content: 'Yes, he is.' },
    ];
    write('chat.jsonl', [{ messages }]);
    await data.counterfactuals(path('chat.jsonl'), { output: path('chat-pairs.jsonl') });
    const [, changed] = read('chat-pairs.jsonl');
    expect(changed.messages).toEqual([
      { role: 'user', content: 'My daughter called. Is she at home?' },
      { role: 'assistant', content: 'Yes, she is.' },
    ]);
  });

  it('show a system that learnt from biased rows, and the limit refuses it with exit code 3', async () => {
    const options = { counterfactuals: path('pairs.jsonl'), trainData: path('train.jsonl'), output: path('out') };
    const results = await compare(['tfidf', 'majority'], options);
    const [biased, constant] = results.systems.map(({ axes: [gender] }) => gender);
    expect(biased).toMatchObject({ pairs: 6, flips: { pairs: 6, rate: 1 } });
    expect(biased.groups[0].answers.accept).toMatchObject({ value: 0, other: 1, estimate: -1 });
    expect(constant.flips.pairs).toBe(0);
    expect(constant.against).toMatchObject({ estimate: 1, verdict: 'better' });
    expect(JSON.parse(readFileSync(path('out/counterfactuals.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(results)),
    );
    await expect(compare(['tfidf'], { ...options, maxFlipRate: 0.5 })).rejects.toMatchObject({
      code: 'E_UNFAIR',
      exitCode: 3,
    });
    await expect(compare(['majority'], { ...options, maxFlipRate: 0 })).resolves.toBeDefined();
  });

  it('are answered by a system that is trained on rows of another layout', async () => {
    const named = read('train.jsonl').map(({ text, label }) => ({ note: text, outcome: label }));
    write('named.jsonl', named);
    const options = { counterfactuals: path('pairs.jsonl'), trainData: path('named.jsonl') };
    const layout = { format: 'classification', columns: { text: 'note', label: 'outcome' } };
    const { systems } = await evaluate('tfidf', { ...options, ...layout });
    expect(systems[0].axes[0]).toMatchObject({ pairs: 6, flips: { pairs: 6 } });
    await expect(evaluate('tfidf', options)).rejects.toMatchObject({
      code: 'E_UNKNOWN_FORMAT',
    });
  });

  it.each([
    ['rows that are none', () => [{ text: 'a', label: 'b' }]],
    ['a pair without its other row', () => [0, 2].map((index) => read('pairs.jsonl')[index])],
    ['pairs in another order', () => [1, 0].map((index) => read('pairs.jsonl')[index])],
  ])('are refused where a file holds %s', async (_, rows) => {
    write('bad.jsonl', rows());
    await expect(
      evaluate('tfidf', { counterfactuals: path('bad.jsonl'), trainData: path('train.jsonl') }),
    ).rejects.toMatchObject({ code: 'E_BAD_PAIRS' });
  });

  it.each([
    ['nobody in the rows', [{ text: 'The sky is blue', label: 'a' }], {}, 'E_NO_PAIRS'],
    ['an origin without names', [{ text: 'He left', label: 'a' }], { origin: ['martian'] }, 'E_USAGE'],
    ['rows of another kind', [{ anchor: 'he', positive: 'she' }], {}, 'E_WRONG_ROWS'],
    ['pairs', [{ text: 'He left', label: 'a', counterfactual: {} }], {}, 'E_USAGE'],
  ])('are not written of %s', async (_, rows, options, code) => {
    write('other.jsonl', rows);
    const to = path('never.jsonl');
    await expect(data.counterfactuals(path('other.jsonl'), { output: to, ...options })).rejects.toMatchObject({ code });
    expect(() => readFileSync(to)).toThrow(/ENOENT/);
  });
});
