import { expect, it } from 'vitest';
import { onStopSignals } from '../../../src/base/stop-signals.ts';

it('twenty that wait for a signal are one listener, and none is left', () => {
  const before = process.listenerCount('SIGTERM');
  const told: number[] = [];
  const ends = Array.from({ length: 20 }, (_, i) => onStopSignals(() => void told.push(i)));
  expect(process.listenerCount('SIGTERM')).toBe(before + 1);
  ends[3]();
  process.listeners('SIGTERM').at(-1)!('SIGTERM');
  expect(told).toHaveLength(19);
  for (const end of ends) end();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
