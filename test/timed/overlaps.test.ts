import { expect, it } from 'vitest';
import { resolveOverlaps } from '../../packages/privacy/src/overlaps.ts';
import { processorTime } from './processor-time.ts';

/** Resolves so many candidates that do not touch; returns the processor time in milliseconds. */
function resolving(count: number): Promise<number> {
  const text = 'ab '.repeat(count);
  const candidates = Array.from({ length: count }, (_, at) => ({ start: 3 * at, end: 3 * at + 2, score: 0.5 }));
  return processorTime(() => expect(resolveOverlaps(candidates, text)).toHaveLength(count));
}

it('overlaps of eight times the candidates take far less than the square of that', async () => {
  await resolving(20_000);
  // In proportion to their square they would take 64 times as long.
  expect(await resolving(160_000)).toBeLessThan(32 * (await resolving(20_000)));
});
