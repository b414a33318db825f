// Example programs run unchanged; those with a single call also show that every use case returns what its tool
// declares.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useCases, type UseCaseName } from '../../src/app/use-cases/index.ts';
import { checkResult } from '../results.ts';

/** Files that recipes in programs refer to. */
const PARTS = ['rewards.ts'];
const examples = ['examples/api', 'examples'].flatMap((folder) =>
  readdirSync(folder).flatMap((name) => (!name.endsWith('.ts') || PARTS.includes(name) ? [] : join(folder, name))),
);

const isOfCalls = (name: string): boolean => name.startsWith('examples/api/');
const NOTE_RESULTS = ['--import', resolve('test/note-results.ts')];

/** Use cases without a result in the examples: they download, or are refused or stopped. */
const WITHOUT_RESULT: readonly string[] = [
  'data pull',
  'gate',
  'models import',
  'models pull',
  'quickstart',
  'runs stop',
  'safety pull',
  'safety rows',
  'setup',
  'store move',
];
const withResult = new Set<string>();

/** Results, as agents get them, match the schemas of their tools. */
function checkResults(file: string): void {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const { name, result } = JSON.parse(line) as { name: UseCaseName; result: unknown };
    checkResult(name, result);
    withResult.add(name);
  }
}

describe.skipIf(!existsSync('build/attune.node'))('the examples of the public API', () => {
  it.each(examples)('run: %s', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-api-'));
    try {
      // Examples with one call run jobs in their own process; programs start a worker, as they would for a reader.
      const inProcess = isOfCalls(name) && { ATTUNE_IN_PROCESS: '1', RESULTS: join(folder, 'results.jsonl') };
      const env = { ...process.env, ATTUNE_HOME: join(folder, 'home'), ...inProcess };
      const file = resolve(name);
      const node = resolve('node_modules/.bin/node');
      const { status, stderr } = spawnSync(node, [...(isOfCalls(name) ? NOTE_RESULTS : []), file], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      if (isOfCalls(name)) checkResults(join(folder, 'results.jsonl'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('have had a result of every use case that can give one here', () => {
    const names = Object.keys(useCases).filter((name) => !withResult.has(name));
    expect(names.toSorted()).toEqual(WITHOUT_RESULT);
  });
});
