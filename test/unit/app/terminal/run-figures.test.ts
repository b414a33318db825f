import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { showRun } from '../../../../src/app/find-runs.ts';
import type { RunEvent } from '../../../../src/base/events.ts';
import { runCommandLine } from '../../../../src/cli/command-line.ts';
import { createProgress } from '../../../../src/app/terminal/progress/index.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import { writeReport } from '../../../../src/jobs/report/index.ts';
import { RunFolder } from '../../../../src/store/run-folder.ts';
import { recipe, stepFinished } from '../../jobs/report/sample-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-figures-'));
  vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const phase = (name: 'data' | 'train' | 'save' | 'evaluate'): RunEvent => ({
  type: 'phase-started',
  phase: name,
  message: name,
});

/** Each event with the seconds until the next one. */
const timeline: [RunEvent, number][] = [
  [{ type: 'run-started', run: 'r', folder: '', base: '', recipe, identity: {} }, 0],
  [phase('data'), 1],
  [phase('train'), 3],
  [stepFinished(2, 2, 2.5), 4],
  [
    {
      type: 'evaluation-finished',
      step: 2,
      epoch: 1,
      split: 'validation',
      rows: 3,
      metrics: { loss: 1.75 },
      best: true,
    },
    0,
  ],
  [phase('save'), 1],
  [phase('evaluate'), 12],
];

function play(show: (event: RunEvent) => void): void {
  const result = join(folder, 'adapter');
  const choice = { step: 2, reason: 'lowest-validation-loss' as const, loss: 1.75, lastLoss: 1.75 };
  for (const [event, seconds] of timeline) {
    show(event);
    vi.setSystemTime(Date.now() + 1000 * seconds);
  }
  show({ type: 'run-finished', step: 2, choice, result, metrics: { loss: 1.75 }, seconds: 5 });
}

function finishedRun(): void {
  const run = new RunFolder(folder);
  play((event) => run.record(event));
  run.close();
  mkdirSync(join(folder, 'adapter'));
  writeFileSync(join(folder, 'adapter', 'adapter_config.json'), '{}');
}

async function command(...argv: string[]): Promise<string> {
  let out = '';
  const stream = { write: (text: string) => (out += text) };
  expect(await runCommandLine(argv, { stdin: {}, stdout: stream, stderr: stream, env: {} }), out).toBe(0);
  return out;
}

test('a time is the same number in terminal, report and runs show', async () => {
  finishedRun();
  const times = { total: 21, training: 7, evaluation: 12 };
  expect((await showRun(folder)).times).toEqual(times);
  const shown = await command('runs', 'show', folder);
  expect(shown).toContain('21 s: training 7.0 s, evaluation 12 s');
  await writeReport(folder);
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  expect(page).toContain('Time 21 s training 7.0 s, evaluation 12 s');
  const { totals } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as { totals: { times: object } };
  expect(totals.times).toEqual(times);
  let lines = '';
  const progress = createProgress(
    createTerminal({ isTTY: true, columns: 120, write: (text) => (lines += text) }, { NO_COLOR: '1' }),
  );
  play((event) => progress.show(Object.assign({ at: Date.now() }, event)));
  expect(lines).toMatch(/train +2 of 2 steps, loss of the last 2\.5 \(7\.0 s\)/);
  expect(lines).toMatch(/evaluate \(12 s\)/);
});

test('a run with rewards is followed by its reward, since its loss is noise around 0', () => {
  const step = stepFinished(2, 2, 1.6e-8);
  let lines = '';
  const progress = createProgress(createTerminal({ columns: 120, write: (text) => (lines += text) }, {}));
  for (const event of [phase('train'), { ...step, metrics: { reward: 0.9375 } }, phase('save')])
    progress.show({ at: Date.now(), ...event } as never);
  expect(lines).toMatch(/step 2\/2 · reward 0\.938/);
  expect(lines).toMatch(/train +2 of 2 steps, reward of the last 0\.938/);
  expect(lines).not.toContain('loss');
});

test('each loss is named for what it is, the same everywhere', async () => {
  finishedRun();
  const shown = await command('runs', 'show', folder);
  expect(shown).toMatch(/last step's loss +2\.5/);
  expect(shown).toMatch(/validation loss +1\.75/);
  await writeReport(folder);
  const page = readFileSync(join(folder, 'report.html'), 'utf8')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  expect(page).toContain('Best validation loss 1.75');
  expect(page).toContain('Loss of the last step 2.5');
});

test('a finished run is not resumed: it says so, and what to do', async () => {
  finishedRun();
  expect(await command('runs', 'resume', folder)).toMatch(/is finished, after step 2: there is nothing to resume/);
  expect(JSON.parse(await command('runs', 'resume', folder, '--json'))).toMatchObject({
    outcome: 'finished-before',
    step: 2,
  });
});
