import type { SignalValues } from '../signals/index.ts';
import type { ClassTestState } from './class-test.ts';
import type { SignalTestState } from './signal-test.ts';
import type { TestName } from './test-weights.ts';
import type { DomainDrift } from './word-drift.ts';

/** What a monitor measures by, kept once for each period. */
export interface MonitorState {
  isFrozen: boolean;
  /** Answers that it is of. */
  answers: number;
  /** Of single answers, by signal. */
  values: Partial<Record<string, number[]>>;
  labels: string[];
  words: string[];
  thumbs: number[];
  edits?: number[];
}

/** Of a current period: with what it is measured by, all that a server needs to go on. */
export interface PeriodState {
  answers: number;
  /** Answers that belong to what later ones are measured by, once it is complete. */
  size: number;
  joining: { id: string; at: number; signals: SignalValues; label?: string; words?: string }[];
  thumbs: number[];
  edits: number[];
  tests: [TestName, SignalTestState][];
  early: [TestName, number[]][];
  classes?: ClassTestState;
  topic: { eValue: number; doublings: number; last?: DomainDrift };
  words: string[];
  dueWords: string[][];
}
