import { existsSync } from 'node:fs';
import { readJson } from '../files/json.ts';
import { writeEvidence } from './result-files.ts';
import { runPaths } from './run-paths.ts';
import type { Verdict } from './results.ts';

/** What a run did to a model beside its task, on the general set. The run folder's forgetting.json. */
export interface Forgetting {
  version: 1;
  confidence: number;
  measures: readonly GeneralMeasure[];
}

export type GeneralMetric = 'bits_per_byte' | 'accuracy';

/** One metric before and after training, on the same rows. */
export interface GeneralMeasure {
  metric: GeneralMetric;
  /** For people: "bits per byte of general English". */
  title: string;
  better: 'higher' | 'lower';
  rows: number;
  before: number;
  after: number;
  /** How much was lost; negative where something was gained. */
  loss: number;
  low: number;
  high: number;
  p: number;
  /** `worse` where the loss is certain. */
  verdict: Verdict;
}

export function writeForgetting(folder: string, forgetting: Forgetting): void {
  writeEvidence(folder, 'forgetting', forgetting);
}

/** Undefined for a run that did not measure it. */
export function readForgetting(folder: string): Forgetting | undefined {
  const path = runPaths(folder).forgetting;
  return existsSync(path) ? readJson<Forgetting>(path) : undefined;
}
