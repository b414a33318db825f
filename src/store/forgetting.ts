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
