import type { Measured } from './signal-test.ts';
import type { TestName } from './test-weights.ts';

/** Feedback that arrives after an answer: thumbs, and the share of an answer that a correction changes. */
export const SAID = {
  thumb_down: { kind: 'share', directions: ['up'] },
  edits: { kind: 'amount', scale: 'unit', directions: ['up'] },
} as const satisfies Record<string, Measured>;

export type SaidName = keyof typeof SAID;

export const saidNames = Object.keys(SAID) as SaidName[];

export function isSaid(name: TestName): name is SaidName {
  return Object.hasOwn(SAID, name);
}
