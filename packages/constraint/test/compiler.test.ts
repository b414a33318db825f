import { describe, expect, test } from 'vitest';
import { ConstraintCompiler } from '../src/compiler/compiler.ts';
import { Vocabulary } from '../src/tokens/vocabulary.ts';
import { bombs } from './bombs.ts';
import { attuneBase } from './sampler.ts';

const vocabulary = Vocabulary.of(attuneBase);
const SECONDS = 1;

/**
 * Longest time in seconds for which this thread did not return to the event loop, in its own processor time, so that
 * other load on the machine does not count.
 */
async function heldDuring(work: Promise<unknown>): Promise<number> {
  const computed = () => process.threadCpuUsage().user / 1e6;
  let [held, last] = [0, computed()];
  const look = () => {
    held = Math.max(held, computed() - last);
    last = computed();
  };
  const timer = setInterval(look, 5);
  await work.catch(() => undefined);
  clearInterval(timer);
  look();
  return held;
}

describe('constraints that cost too much', () => {
  test.each(Object.keys(bombs))(
    '%s: ends by the limits, and nobody else waits for it',
    { timeout: 60_000 },
    async (name) => {
      const compiler = new ConstraintCompiler(vocabulary, { seconds: SECONDS, memoryBytes: 2 ** 29 });
      await compiler.check({ regex: 'warm' });
      const start = performance.now();
      const bomb = compiler.compile(bombs[name], { owner: 'bomber' });
      const other = compiler.compile({ choices: ['yes', 'no'] }, { owner: 'other' });
      const [held] = await Promise.all([heldDuring(bomb), other]);
      const result = await bomb.then(
        () => 'compiled',
        (error: { code?: string }) => error.code,
      );
      expect(['compiled', 'E_CONSTRAINT_TOO_LARGE', 'E_SCHEMA_UNSUPPORTED']).toContain(result);
      expect(held).toBeLessThan(1);
      expect((performance.now() - start) / 1000).toBeLessThan(SECONDS + 5);
      compiler.stop();
    },
  );
});

describe('the compiler', () => {
  test('ends the work of whoever goes away, and serves the next one', async () => {
    const compiler = new ConstraintCompiler(vocabulary);
    const gone = new AbortController();
    const work = compiler.compile(bombs.nested, { owner: 'a', signal: gone.signal });
    const waiting = compiler.compile({ regex: 'ab+' }, { owner: 'a' });
    setTimeout(() => gone.abort(new Error('gone')), 50);
    await expect(work).rejects.toThrow('gone');
    expect((await waiting).shortest).toBeGreaterThan(0);
    compiler.stop();
  });

  test('refuses what memory does not hold, by the limit', async () => {
    const compiler = new ConstraintCompiler(vocabulary, { seconds: 60, memoryBytes: 40 * 2 ** 20 });
    await expect(compiler.compile(bombs.constant)).rejects.toThrow('of memory');
    expect((await compiler.compile({ regex: 'ab+' })).shortest).toBeGreaterThan(0);
    compiler.stop();
  });
});
