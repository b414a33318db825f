import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { importReview } from '../../../../src/app/review/import-review.ts';
import { openReview, type ReviewOptions } from '../../../../src/app/review/open-review.ts';
import { reviewResults } from '../../../../src/app/review/review.ts';
import { randomUnit } from '../../../../src/base/random.ts';
import type { AnswerPair } from '../../../../src/scoring/judges/answer-pairs.ts';
import { planReview, plannedMean } from '../../../../src/evaluation/review/review-plan.ts';
import type { ShownPair } from '../../../../src/evaluation/review/review-session.ts';
import type { OpenReview } from '../../../../src/app/use-cases/review.ts';

let folder: string;
let file: string;
let open: OpenReview[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-review-'));
  file = join(folder, 'pairs.jsonl');
  open = [];
  write(
    file,
    Array.from({ length: 8 }, (_, i) => ({ id: `row-${i}`, prompt: `question ${i}`, a: `good ${i}`, b: `bad ${i}` })),
  );
});

afterEach(async () => {
  await Promise.all(open.map((review) => review.close()));
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, rows: readonly object[]): void {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

interface State {
  done: number;
  total: number;
  pair?: ShownPair;
}

async function start(options: ReviewOptions): Promise<Map<string, string>> {
  const review = await openReview(file, options);
  open.push(review);
  return new Map(review.pages.map(({ reviewer, url }) => [reviewer, url]));
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: new URL(url).origin };
  return fetch(`${url}ask`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function ask(url: string, body: object): Promise<State> {
  return JSON.parse(await (await post(url, body)).text()) as State;
}

/** Judges all pairs: prefers the answer that begins with `better`, and sends `more` with each choice. */
async function judge(url: string, better: string, more: object = {}): Promise<State> {
  let state = await ask(url, { do: 'next' });
  while (state.pair !== undefined) {
    const side = state.pair.left.startsWith(better) ? 'left' : 'right';
    state = await ask(url, { do: 'choose', item: state.pair.item, side, seconds: 1, ...more });
  }
  return state;
}

describe('edits and flags', () => {
  test('are kept; edits become what is trained on, and what is flagged is left out', async () => {
    const urls = await start({ reviewer: ['anna'] });
    const url = urls.get('anna')!;
    const { pair } = await ask(url, { do: 'next' });
    await ask(url, { do: 'choose', item: pair!.item, side: 'tie', seconds: 1, flags: ['personal data'] });
    await judge(url, 'good', { edit: 'better still' });
    const to = join(folder, 'rows.jsonl');
    const { flags } = await reviewResults(file, { export: 'dpo', output: to });
    expect(flags).toEqual({ 'personal data': 1 });
    const rows = readFileSync(to, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(rows).toHaveLength(7);
    expect(rows.every(({ chosen, rejected }) => chosen === 'better still' && rejected.startsWith('good'))).toBe(true);
  });

  test('that no page sends are refused', async () => {
    const url = (await start({ reviewer: ['anna'] })).get('anna')!;
    const { pair } = await ask(url, { do: 'next' });
    const choice = { do: 'choose', item: pair!.item, side: 'left', seconds: 1 };
    expect((await post(url, { ...choice, flags: ['<b>'] })).status).toBe(400);
    expect((await post(url, { ...choice, edit: '  ' })).status).toBe(400);
    expect((await post(url, { ...choice, edit: 1 })).status).toBe(400);
  });
});

describe('roles', () => {
  test('an adjudicator sees what reviewers dispute, and decides it', async () => {
    const first = await start({ reviewer: ['anna', 'ben'] });
    await judge(first.get('anna')!, 'good');
    let state = await ask(first.get('ben')!, { do: 'next' });
    for (let i = 0; i < 3; i++) {
      const side = state.pair!.left.startsWith('bad') ? 'left' : 'right';
      state = await ask(first.get('ben')!, { do: 'choose', item: state.pair!.item, side, seconds: 1 });
    }
    const second = await start({ adjudicator: ['carla'] });
    expect(await judge(second.get('carla')!, 'good')).toMatchObject({ done: 3, total: 3 });
    const to = join(folder, 'rows.jsonl');
    const { exported, agreement, winRate } = await reviewResults(file, { export: 'dpo', output: to });
    expect(exported?.rows).toBe(8);
    expect(agreement?.pairs).toBe(3);
    expect(winRate).toMatchObject({ estimate: 1, wins: 8, losses: 0 });
  });

  test('of a viewer nothing is kept', async () => {
    const url = (await start({ viewer: ['dan'] })).get('dan')!;
    expect(await judge(url, 'good')).toMatchObject({ done: 8, total: 8 });
    expect(existsSync(join(folder, 'pairs.review.jsonl'))).toBe(false);
    // The page states the viewer's role, and offers neither choices nor notes.
    expect(await (await fetch(`${url}state`)).json()).toMatchObject({ role: 'viewer', criteria: [] });
  });

  test('pages close after their hours, and names are each taken once', async () => {
    const url = (await start({ reviewer: ['anna'], hours: 1e-7 })).get('anna')!;
    expect((await fetch(url)).status).toBe(410);
    await expect(start({ reviewer: ['anna'], viewer: ['anna'] })).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(start({ hours: 0, overlap: 2 })).rejects.toMatchObject({ problems: { length: 2 } });
  });
});

test('without overlap each pair is one reviewer’s', async () => {
  const urls = await start({ reviewer: ['anna', 'ben'], overlap: 0 });
  const totals = await Promise.all([...urls.values()].map(async (url) => (await ask(url, { do: 'next' })).total));
  expect(totals[0] + totals[1]).toBe(8);
});

test('known pairs need no id, and a review that cannot be opened leaves no plan', async () => {
  const gold = join(folder, 'gold.jsonl');
  write(gold, [
    { prompt: 'known', a: 'good', b: 'bad', choice: 'c' },
    { prompt: 'known', a: 'good' },
  ]);
  await expect(start({ gold, maxPairs: 4 })).rejects.toMatchObject({
    code: 'E_PAIRS',
    problems: [{ line: 1 }, { line: 2, field: 'b' }, { line: 2, message: 'has no choice' }],
  });
  expect(existsSync(join(folder, 'pairs.review-plan.json'))).toBe(false);
  write(gold, [{ prompt: 'known', a: 'good', b: 'bad', choice: 'a' }]);
  const url = (await start({ reviewer: ['anna'], gold })).get('anna')!;
  await judge(url, 'good');
  expect((await reviewResults(file)).reviewers[0].gold).toMatchObject({ right: 1, rows: 1 });
});

test('who clicks at random is seen by pairs whose choice is known, and these count for nothing else', async () => {
  const gold = join(folder, 'gold.jsonl');
  write(
    gold,
    Array.from({ length: 6 }, (_, i) => ({
      id: `g${i}`,
      prompt: `known ${i}`,
      a: `good g${i}`,
      b: `bad g${i}`,
      choice: 'a',
    })),
  );
  const urls = await start({ reviewer: ['anna', 'ben'], gold });
  await judge(urls.get('anna')!, 'good');
  await judge(urls.get('ben')!, 'bad');
  const { reviewers, choices, outdated } = await reviewResults(file);
  expect(reviewers.map(({ name, gold: own }) => [name, own?.right, own?.isDoubtful])).toEqual([
    ['anna', 6, false],
    ['ben', 0, true],
  ]);
  expect([choices, outdated]).toEqual([16, 0]);
});

describe('a choice of pairs', () => {
  const pairs: AnswerPair[] = Array.from({ length: 200 }, (_, i) => ({
    id: String(i),
    prompt: '',
    a: 'one two three four',
    // The first fifty differ.
    b: i < 50 ? 'five six seven eight' : 'one two three five',
    systems: ['a', 'b'],
  }));

  test('takes those that differ most, and a random share of the others', () => {
    const { chosen } = planReview(pairs, 40, 0);
    expect(chosen.filter(({ stratum }) => stratum === 'random')).toHaveLength(12);
    const differing = chosen.filter(({ stratum }) => stratum === 'differing');
    expect(differing.every(({ id }) => Number(id) < 50)).toBe(true);
    expect(new Set(chosen.map(({ id }) => id)).size).toBe(40);
  });

  test('gives estimates that are of all pairs', () => {
    // `a` wins where answers differ, and rarely elsewhere: 50 + 0.2 · 150 of 200.
    const won = (seed: number, id: string) => Number(id) < 50 || randomUnit([seed, `won ${id}`]) < 0.2;
    const estimates = Array.from({ length: 60 }, (_, seed) => {
      const plan = planReview(pairs, 60, seed);
      return plannedMean(
        plan,
        plan.chosen.map(({ id }) => ({ id, score: won(seed, id) ? 1 : 0 })),
      ).estimate;
    });
    const mean = estimates.reduce((sum, one) => sum + one, 0) / estimates.length;
    expect(mean).toBeGreaterThan(0.37);
    expect(mean).toBeLessThan(0.43);
  });

  test('gives intervals that hold the truth, and are no certainty where few pairs agree', () => {
    // All fifty differing pairs, and 21 of the others.
    const plan = planReview(pairs, 71, 0);
    const hits = Array.from({ length: 400 }, (_, seed) => {
      const isWon = (id: string) => randomUnit([seed, id]) < (Number(id) < 50 ? 0.9 : 0.3);
      const { low, high } = plannedMean(
        plan,
        plan.chosen.map(({ id }) => ({ id, score: isWon(id) ? 1 : 0 })),
      );
      return low <= 0.45 && 0.45 <= high;
    });
    expect(hits.filter(Boolean).length / hits.length).toBeGreaterThan(0.935);
    const few = planReview(pairs, 10, 0);
    const allWon = few.chosen.map(({ id }) => ({ id, score: 1 }));
    expect(plannedMean(few, allWon).low).toBeLessThan(0.7);
    expect(plannedMean(few, []).low).toBeLessThan(0.1);
  });

  test('is kept with the review, and weighs its results', async () => {
    const urls = await start({ reviewer: ['anna'], maxPairs: 4 });
    expect(await judge(urls.get('anna')!, 'good')).toMatchObject({ total: 4 });
    expect(await reviewResults(file)).toMatchObject({ isWeighted: true, winRate: { estimate: 1 }, choices: 4 });
    await expect(start({ maxPairs: 3 })).rejects.toMatchObject({ code: 'E_REVIEW_PLAN' });
  });
});

describe('other tools', () => {
  test.each(['argilla', 'label-studio'] as const)('%s gets pairs and choices and gives them back', async (from) => {
    await judge((await start({ reviewer: ['anna'] })).get('anna')!, 'good');
    const to = join(folder, 'records.json');
    const { exported } = await reviewResults(file, { export: from, output: to });
    const text = readFileSync(to, 'utf8');
    // Label Studio reads a single list, and needs a layout for tasks.
    expect(text.startsWith('[')).toBe(from === 'label-studio');
    const setUp = exported?.settings === undefined ? undefined : readFileSync(exported.settings, 'utf8');
    expect(setUp?.includes('<Pairwise')).toBe(from === 'label-studio' ? true : undefined);
    // Neither system is always first.
    expect(text).toMatch(/"(?:first|left)":"good/);
    expect(text).toMatch(/"(?:first|left)":"bad/);
    rmSync(join(folder, 'pairs.review.jsonl'));
    expect(await importReview(file, to, { from })).toMatchObject({ choices: 8, known: 0 });
    expect(await importReview(file, to, { from })).toMatchObject({ choices: 0, known: 8 });
    expect((await reviewResults(file)).winRate).toMatchObject({ wins: 8 });
  });

  test('a record that cannot be read is named, and nothing is added', async () => {
    const bad = join(folder, 'bad.jsonl');
    write(bad, [
      { id: 'row-0', responses: [{ values: { preferred: { value: 'constructor' } } }] },
      { id: 'nobody', responses: [] },
    ]);
    await expect(importReview(file, bad, { from: 'argilla' })).rejects.toMatchObject({
      code: 'E_LABELS',
      problems: [{ line: 1 }, { line: 2 }],
    });
    expect(existsSync(join(folder, 'pairs.review.jsonl'))).toBe(false);
  });
});
