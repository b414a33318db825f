import { expect, it } from 'vitest';
import { resolveOverlaps } from '../../packages/privacy/src/overlaps.ts';
import { processorTime } from './processor-time.ts';

/** Processor time in ms to resolve this many candidates without overlaps. */
function resolving(count: number): Promise<number> {
  const text = 'ab '.repeat(count);
  const candidates = Array.from({ length: count }, (_, at) => ({ start: 3 * at, end: 3 * at + 2, score: 0.5 }));
  return processorTime(() => expect(resolveOverlaps(candidates, text)).toHaveLength(count));
}

it('overlaps of eight times the candidates take far less than the square of that', async () => {
  await resolving(20_000);
  // With quadratic cost it would take 64 times as long.
  expect(await resolving(160_000)).toBeLessThan(32 * (await resolving(20_000)));
});
