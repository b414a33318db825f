import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Searched } from '../../src/app/index.ts';
import { writeTinyModel } from './cli-tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-search-'));
const attune = new URL('../../bin/attune', import.meta.url).pathname;

beforeAll(async () => {
  const words = ['red', 'green', 'blue', 'round'];
  const rows = Array.from({ length: 60 }, (_, i) => ({
    prompt: `Item ${i % 12}?`,
    completion: ` ${words[i % 4]} ${i}`,
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(folder, 'rows.jsonl'), `${text}\n`);
  await writeTinyModel(join(folder, 'model'), text);
  const recipe =
    'model: model\ndata: {train: rows.jsonl, validation: 0.2, test: 0.2}\n' +
    'training: {epochs: 2, batch_size: 4, precision: f32}\nevaluation: {baselines: [], other_words: false}\n';
  writeFileSync(join(folder, 'recipe.yaml'), recipe);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const journalOf = (output: string) => join(folder, output, 'search.jsonl');

function rungsOf(output: string): Record<string, unknown>[] {
  if (!existsSync(journalOf(output))) return [];
  // The last line may be incomplete.
  const lines = readFileSync(journalOf(output), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ type }) => type === 'rung');
}

/** Runs a search; kills it once the journal has `killAt` rungs. */
async function search(output: string, killAt = Infinity): Promise<Searched | undefined> {
  const words = ['search', 'recipe.yaml', '--budget', '3k tokens', '--trials', '4', '--output', output, '--json'];
  const child = spawn(attune, words, {
    cwd: folder,
    env: { ...process.env, ATTUNE_IN_PROCESS: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<false>((resolve) => child.once('close', () => resolve(false)));
  while (await Promise.race([exit, sleep(10, true)])) {
    if (rungsOf(output).length < killAt) continue;
    process.kill(-child.pid!, 'SIGKILL');
    await exit;
    return undefined;
  }
  return JSON.parse(text) as Searched;
}

/** Decisions and results of a search, without times. */
const withoutTimes = (output: string) => rungsOf(output).map((rung) => ({ ...rung, seconds: 0 }));

it('a search that is killed goes on with the same decisions, to the same adapter, byte for byte', async () => {
  const whole = (await search('whole'))!;
  expect(rungsOf('whole').length).toBeGreaterThan(4);
  for (const at of [2, 4]) expect(await search('killed', at)).toBeUndefined();
  const killed = (await search('killed'))!;
  expect(withoutTimes('killed')).toEqual(withoutTimes('whole'));
  expect({ winner: killed.winner, settings: killed.settings }).toEqual({
    winner: whole.winner,
    settings: whole.settings,
  });
  const adapter = (run: string) => readFileSync(join(run, 'adapter', 'adapter_model.safetensors'));
  expect(adapter(killed.run).equals(adapter(whole.run))).toBe(true);
  // The winner is an ordinary run, evaluated once; nothing else has used the test rows.
  expect(whole.comparison?.split).toBe('test');
  const judged = whole.trials.filter(({ trial }) =>
    existsSync(join(folder, 'whole/trials', String(trial).padStart(3, '0'), 'comparison.json')),
  );
  expect(judged.map(({ trial }) => trial)).toEqual([whole.winner]);
  expect(await search('whole')).toEqual(whole);
});
