import { signals, type SignalName } from '../signals/index.ts';
import { isSaid, SAID } from './said.ts';
import type { Measured } from './signal-test.ts';
import type { TestName } from './test-weights.ts';

export const UNLIKE: Measured = { kind: 'amount', scale: 'nats', directions: ['up'] };

/** How a test bins and compares its values; the tests of classes and topic have their own implementations. */
export function measuredBy(name: TestName): Measured {
  if (name === 'unlike') return UNLIKE;
  return isSaid(name) ? SAID[name] : signals[name as SignalName];
}
