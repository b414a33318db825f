// User-defined reward functions that fail in every way; after each failure, a new thread scores the next answers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlacedSample } from '../../../../src/training/objectives/rewards/reward.ts';
import { ThreadScorer } from '../../../../src/training/objectives/rewards/thread-scorer.ts';

const PROGRAM = `
export function reward({ completion: text }) {
  if (text === 'throws') throw new Error('no idea');
  if (text === 'exits') process.exit(1);
  if (text === 'later') return new Promise(() => setTimeout(() => { throw new Error('too late'); }, 10));
  while (text === 'loops');
  return text.length;
}`;

let folder: string;
let scorer: ThreadScorer;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-reward-'));
  writeFileSync(join(folder, 'reward.mjs'), PROGRAM);
  scorer = new ThreadScorer(`${join(folder, 'reward.mjs')}#reward`, { hashes: {}, timeout: 1 });
});
afterAll(() => {
  scorer.dispose();
  rmSync(folder, { recursive: true });
});

function sample(completion: string): PlacedSample {
  const source = { file: 'prompts.jsonl', line: completion.length };
  return { prompt: 'how many', completion, row: {}, tokens: 1, isComplete: true, source };
}

it.each([
  ['throws', 'E_REWARD_FAILED', 'no idea'],
  ['exits', 'E_REWARD_FAILED', 'its thread ended: the function called process.exit'],
  ['later', 'E_REWARD_FAILED', 'too late'],
  ['loops', 'E_REWARD_TIMEOUT', undefined],
])('one that %s is told with its answer', async (text, code, got) => {
  const failure = scorer.score([sample('good'), sample(text)]);
  await expect(failure).rejects.toMatchObject({ code, got, problems: [{ line: text.length }] });
  expect(await scorer.score([sample('a'), sample('good')])).toEqual([1, 4]);
});
