import type { Measured } from './signal-test.ts';
import type { TestName } from './test-weights.ts';

/** What people say of answers, later than these: thumbs, and how much of an answer a correction changes. */
export const SAID = {
  thumb_down: { kind: 'share', directions: ['up'] },
  edits: { kind: 'amount', scale: 'unit', directions: ['up'] },
} as const satisfies Record<string, Measured>;

export type SaidName = keyof typeof SAID;

export const saidNames = Object.keys(SAID) as SaidName[];

export function isSaid(name: TestName): name is SaidName {
  return Object.hasOwn(SAID, name);
}
