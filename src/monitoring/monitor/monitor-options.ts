/** Inputs, settings and findings of a monitor. */
import type { SignalName, SignalValues } from '../signals/index.ts';
import type { ClassReading } from './class-test.ts';
import type { SignalReading } from './signal-test.ts';
import type { TestName } from './test-weights.ts';
import type { DomainDrift } from './word-drift.ts';

/** Measurements of an answer. */
export interface Observation {
  id: string;
  at: number;
  signals: SignalValues;
  label?: string;
  words?: Uint8Array;
}

export interface MonitorOptions {
  /** Number of answers in the reference. Testing starts at a fifth of that number. */
  reference: number;
  /** Minimum length of a period in days, and in answers. */
  days: number;
  answers: number;
  /** Bound on the share of false alarms, and on the share of stable periods that raise any alarm. */
  rate: number;
  /** Calibration error of judged answers that raises no alarm. */
  calibration: number;
  /** Signals that are measured but not tested. */
  ignore: readonly TestName[];
}

export const usualMonitor: MonitorOptions = {
  reference: 1000,
  days: 7,
  answers: 200,
  rate: 0.05,
  calibration: 0.05,
  ignore: [],
};

export interface Finding {
  name: TestName;
  eValue: number;
  isAlarm: boolean;
  reading?: SignalReading;
  classes?: ClassReading;
  topic?: DomainDrift;
}

export function valuesOf(observations: readonly Observation[], name: SignalName): number[] {
  return observations.flatMap(({ signals: own }) => own[name] ?? []);
}
