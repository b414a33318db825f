import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTaskData } from '../../src/app/quickstart/tasks/task-files.ts';
import type { QuickstartResult } from '../../src/app/use-cases/quickstart.ts';

const VOWELS: Record<string, string> = { a: 'AE', e: 'EH', i: 'IH', o: 'OW', u: 'UH' };

/** Words in which each letter has one sound: few enough to be written here, so that nothing is downloaded. */
function rowsOf(letters: string) {
  const words = [...letters].flatMap((first) => [...'aeiou'].map((second) => `${first}${second}${first}`));
  return words.map((word) => ({
    prompt: `Word: ${[...word].join(' ')}\nSounds:`,
    completion: ` ${[...word].map((letter) => VOWELS[letter] ?? letter.toUpperCase()).join(' ')}`,
    group: `stem ${word}`,
  }));
}

// Written where the task's download would be, so that it is not fetched.
const about = { task: 'pronunciation', version: 1, origin: 'test' };

describe.skipIf(!existsSync('build/attune.node'))('attune quickstart', () => {
  let folder: string;
  let output: { code: number | null; result: QuickstartResult; log: string };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-quickstart-'));
    const splits = { train: rowsOf('bdgklmnp'), validation: rowsOf('s'), test: rowsOf('tz') };
    writeTaskData(join(folder, 'home/cache/quickstart/pronunciation'), splits, about);
    const flags = ['--max-steps', '2', '--test-rows', '6', '--output-dir', 'run', '--json'];
    const env = { ...process.env, ATTUNE_HOME: join(folder, 'home') };
    // Must end by itself without a terminal.
    const { status, stdout, stderr } = spawnSync(resolve('bin/attune'), ['quickstart', ...flags], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    output = { code: status, result: JSON.parse(stdout) as QuickstartResult, log: stderr };
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('goes through five stages and ends by itself where nobody sits at a terminal', () => {
    expect(output.code, output.log).toBe(0);
    expect(output.log.match(/^\d\/5/gm)).toEqual(['1/5', '2/5', '3/5', '4/5', '5/5']);
    expect(output.log).toContain('the base answers');
    expect(output.log).not.toContain('http://');
  });

  it('compares the result with the base in three ways and with cheap baselines, on as many rows as asked', () => {
    const { comparison } = output.result;
    expect(comparison).toMatchObject({ rows: 6, available: 10, metric: 'phoneme_error_rate', subject: 'tuned' });
    const kinds = comparison.systems.map(({ kind }) => kind);
    expect(kinds.slice(0, 4)).toEqual(['tuned', 'base', 'prompted', 'few_shot']);
    expect(comparison.systems.map(({ name }) => name)).toEqual(expect.arrayContaining(['nearest', 'word_for_word']));
    // Prompted systems that cannot do the task are shown but are no rivals; one of the cheap systems is.
    expect(comparison.rivals.length).toBeGreaterThan(0);
    expect(kinds).toEqual(expect.arrayContaining(['cheap']));
    expect(['validation', 'test']).toContain(comparison.cheapChosenOn);
  });

  it('leaves a run with its report, and says what larger models would take', () => {
    const { report, result, outlook } = output.result;
    expect([report, result, join(folder, 'run/samples.json')].map(existsSync)).toEqual([true, true, true]);
    expect(outlook.map(({ hours }) => hours > 0)).toEqual([true, true, true]);
  });
});
