import type { SignalValues } from '../signals/index.ts';
import type { CalibrationTestState } from './calibration-test.ts';
import type { ClassTestState } from './class-test.ts';
import type { SignalTestState } from './signal-test.ts';
import type { TestName } from './test-weights.ts';
import type { DomainDrift } from './word-drift.ts';

/** A monitor's baseline, stored once per period. */
export interface MonitorState {
  isFrozen: boolean;
  /** Number of answers in the baseline. */
  answers: number;
  /** Values of the individual answers, by signal. */
  values: Partial<Record<string, number[]>>;
  labels: string[];
  words: string[];
  thumbs: number[];
  edits?: number[];
}

/** Comparisons of words in the current period. */
export interface TopicState {
  topic: { eValue: number; doublings: number; last?: DomainDrift };
  words: string[];
  dueWords: string[][];
}

/** State of the current period: with the baseline, all that a server needs to continue. */
export interface PeriodState extends TopicState {
  answers: number;
  /** Number of answers in the complete reference. */
  size: number;
  joining: { id: string; at: number; signals: SignalValues; label?: string; words?: string }[];
  thumbs: number[];
  edits: number[];
  tests: [TestName, SignalTestState][];
  early: [TestName, number[]][];
  classes?: ClassTestState;
  calibration?: CalibrationTestState;
}

export function encoded(words: Uint8Array): string {
  return Buffer.from(words).toString('base64');
}

export function decoded(words: string): Uint8Array {
  return new Uint8Array(Buffer.from(words, 'base64'));
}
