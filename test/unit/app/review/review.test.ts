import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openReview } from '../../../../src/app/review/open-review.ts';
import { reviewResults } from '../../../../src/app/review/review.ts';
import { readLabels } from '../../../../src/scoring/judges/human-labels.ts';
import type { ShownPair } from '../../../../src/evaluation/review/review-session.ts';
import type { OpenReview } from '../../../../src/app/use-cases/review.ts';

let folder: string;
let file: string;
let open: OpenReview[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-review-'));
  file = join(folder, 'pairs.jsonl');
  open = [];
  writePairs(8);
});

afterEach(async () => {
  await Promise.all(open.map((review) => review.close()));
  rmSync(folder, { recursive: true, force: true });
});

const HOSTILE = '</script><img src=x onerror="window.broken = true">';

function writePairs(count: number, change = ''): void {
  const rows = Array.from({ length: count }, (_, i) => {
    const systems = { system_a: 'secret-tuned', system_b: 'secret-base' };
    return { id: `row-${i}`, prompt: `question ${i} ${HOSTILE}`, a: `good ${i}${change}`, b: `bad ${i}`, ...systems };
  });
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

interface State {
  done: number;
  total: number;
  pair?: ShownPair;
  error?: string;
}

async function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin };
  return fetch(`${url}ask`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ask(url: string, body: object): Promise<State> {
  return JSON.parse(await (await post(url, body)).text()) as State;
}

async function start(...reviewers: string[]): Promise<string[]> {
  const review = await openReview(file, { reviewer: reviewers });
  open.push(review);
  return review.pages.map(({ url }) => url);
}

/** Chooses the good answer on either side, in at most `most` pairs. */
async function judgeGood(url: string, most = Infinity): Promise<State> {
  let state = await ask(url, { do: 'next' });
  for (let i = 0; i < most && state.pair !== undefined; i++) {
    const side = state.pair.left.startsWith('good') ? 'left' : 'right';
    state = await ask(url, { do: 'choose', item: state.pair.item, side, seconds: 2 });
  }
  return state;
}

describe('a review', () => {
  test('is blind: neither the page nor what it is sent says whose answers these are, and sides are drawn', async () => {
    const [url] = await start('anna');
    const page = await fetch(url);
    const sent: string[] = [await page.text(), await (await fetch(`${url}state`)).text()];
    const sides = new Set<boolean>();
    for (let state = await ask(url, { do: 'next' }); state.pair !== undefined;) {
      sent.push(JSON.stringify(state));
      sides.add(state.pair.left.startsWith('good'));
      state = await ask(url, { do: 'choose', item: state.pair.item, side: 'tie', seconds: 1 });
    }
    expect(sent.filter((text) => /secret|row-\d|"a"|"b"/.test(text))).toEqual([]);
    expect(sides.size).toBe(2);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('stores the order with each choice, in which the winner is told apart', async () => {
    const [url] = await start('anna');
    expect(await judgeGood(url)).toEqual({ done: 8, total: 8 });
    const labels = await readLabels(join(folder, 'pairs.review.jsonl'));
    expect(labels.map(({ choice }) => choice)).toEqual(Array(8).fill('a'));
    expect(new Set(labels.map(({ order }) => order))).toEqual(new Set(['ab', 'ba']));
  });

  test('goes on where it was left, with the same sides, and takes choices back', async () => {
    const [url] = await start('anna');
    const before = await judgeGood(url, 3);
    await open.pop()!.close();
    const [again] = await start('anna');
    expect(await ask(again, { do: 'next' })).toEqual(before);
    const undone = await ask(again, { do: 'undo' });
    expect(undone.done).toBe(2);
    expect(undone.pair).not.toEqual(before.pair);
    await judgeGood(again, 1);
    expect(await ask(again, { do: 'next' })).toEqual(before);
    const { reviewers } = await reviewResults(file);
    expect(reviewers).toMatchObject([{ name: 'anna', choices: 3 }]);
  });

  test('of two people at once keeps both choices for one pair, each in an order of their own', async () => {
    const [anna, ben] = await start('anna', 'ben');
    await Promise.all([judgeGood(anna), judgeGood(ben)]);
    const found = await reviewResults(file);
    expect(found).toMatchObject({
      pairs: 8,
      reviewed: 8,
      choices: 16,
      agreement: { pairs: 8, percent: 1, gwetAC1: 1 },
    });
    expect(found.winRate).toMatchObject({ system: 'secret-tuned', wins: 16 });
    expect(found.winRate!.p).toBeCloseTo(2 * 0.5 ** 8, 12);
    // The interval is that of eight pairs, not sixteen.
    expect(found.winRate!.low).toBeCloseTo(0.676, 3);
  });

  test('leaves a choice of a page that is behind alone, and refuses what is none', async () => {
    const [url] = await start('anna');
    const { pair } = await ask(url, { do: 'next' });
    await ask(url, { do: 'choose', item: pair!.item, side: 'left', seconds: 1 });
    expect((await ask(url, { do: 'choose', item: pair!.item, side: 'right', seconds: 1 })).done).toBe(1);
    for (const bad of [
      { do: 'choose', item: 1, side: 'a', seconds: 1 },
      { do: 'choose', item: 1, side: 'left', seconds: -1 },
      { do: 'choose', item: 1, side: 'left', seconds: 1, ratings: { other: [1, 1] } },
      { do: 'erase' },
      null,
    ]) {
      expect((await post(url, bad)).status).toBe(400);
    }
  });

  test('rates by criteria, of the answers and not of the sides', async () => {
    const rubric = {
      criteria: [{ name: 'right', description: 'Is it?', scale: [1, 5] as [number, number], levels: {} }],
    };
    const review = await openReview(file, { rubric });
    open.push(review);
    const [{ url }] = review.pages;
    expect(await (await fetch(`${url}state`)).json()).toMatchObject({ criteria: [{ name: 'right' }] });
    for (let state = await ask(url, { do: 'next' }); state.pair !== undefined;) {
      const isLeft = state.pair.left.startsWith('good');
      const ratings = { right: isLeft ? [5, 2] : [2, 5] };
      state = await ask(url, { do: 'choose', item: state.pair.item, side: 'tie', seconds: 1, ratings });
    }
    expect((await reviewResults(file)).ratings).toEqual({ right: { a: 5, b: 2, choices: 8 } });
  });

  test('does not count choices for texts that have changed since', async () => {
    const [url] = await start('anna');
    await judgeGood(url, 4);
    writePairs(8, ' and new');
    expect(await reviewResults(file)).toMatchObject({ choices: 0, outdated: 4 });
    const [again] = await start('anna');
    expect((await ask(again, { do: 'next' })).done).toBe(0);
  });

  test('is mended where a crash tore its last line, and refused where it is broken', async () => {
    const [url] = await start('anna');
    await judgeGood(url, 2);
    await open.pop()!.close();
    const log = join(folder, 'pairs.review.jsonl');
    appendFileSync(log, '{"id":"row-1","rev');
    const [again] = await start('anna');
    expect((await ask(again, { do: 'next' })).done).toBe(2);
    writeFileSync(log, '{"id":"row-1","choice":"c"}\n');
    await expect(reviewResults(file)).rejects.toMatchObject({ code: 'E_LABELS', problems: [{ line: 1 }] });
  });

  test('that never was is said to be missing', async () => {
    await expect(reviewResults(file)).rejects.toMatchObject({ code: 'E_REVIEW_MISSING' });
    await expect(openReview(file, { reviewer: ['anna', 'anna'] })).rejects.toMatchObject({ code: 'E_USAGE' });
  });
});

describe('rows to train on', () => {
  test.each([
    [
      'dpo',
      [
        { prompt: 'p0', chosen: 'a0', rejected: 'b0' },
        { prompt: 'p1', chosen: 'b1', rejected: 'a1' },
      ],
    ],
    [
      'sft',
      [
        { prompt: 'p0', completion: 'a0' },
        { prompt: 'p1', completion: 'b1' },
      ],
    ],
    [
      'kto',
      [
        { prompt: 'p0', completion: 'a0', label: true },
        { prompt: 'p0', completion: 'b0', label: false },
        { prompt: 'p1', completion: 'b1', label: true },
        { prompt: 'p1', completion: 'a1', label: false },
        { prompt: 'p3', completion: 'a3', label: false },
        { prompt: 'p3', completion: 'b3', label: false },
      ],
    ],
  ] as const)('for %s are of the pairs that have a winner', async (kind, expected) => {
    const pairs = [0, 1, 2, 3].map((i) => ({ id: `${i}`, prompt: `p${i}`, a: `a${i}`, b: `b${i}` }));
    writeFileSync(file, pairs.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const choices = [
      ['0', 'a'],
      ['1', 'b'],
      ['2', 'tie'],
      ['3', 'neither'],
    ].map(([id, choice]) => ({ id, choice }));
    // Two of three reviewers agree.
    const more = ['ben', 'cleo'].map((reviewer) => ({ id: '0', choice: reviewer === 'ben' ? 'b' : 'a', reviewer }));
    writeFileSync(
      join(folder, 'pairs.review.jsonl'),
      [...choices, ...more].map((row) => `${JSON.stringify(row)}\n`).join(''),
    );
    const to = join(folder, 'rows.jsonl');
    const { exported } = await reviewResults(file, { export: kind, output: to });
    expect(exported).toMatchObject({ rows: expected.length });
    expect(
      readFileSync(to, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(expected);
  });

  test('want a file, and a winner', async () => {
    writeFileSync(join(folder, 'pairs.review.jsonl'), '{"id":"row-0","choice":"tie"}\n');
    await expect(reviewResults(file, { export: 'dpo' })).rejects.toMatchObject({ code: 'E_USAGE' });
    const to = join(folder, 'rows.jsonl');
    await expect(reviewResults(file, { export: 'dpo', output: to })).rejects.toMatchObject({ code: 'E_NO_ROWS' });
    expect(existsSync(to)).toBe(false);
  });
});
