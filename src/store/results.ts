import { writeJson } from '../files/json.ts';
import { readVersioned } from './assessments.ts';
import { runPaths } from './run-paths.ts';

export type Verdict = 'better' | 'no-evidence' | 'worse';

/** What one system is worth against others on the same held-out rows. The run folder's comparison.json. */
export interface Comparison {
  version: 2;
  /** Which rows: "test", or the file that they came from. */
  split: string;
  rows: number;
  /** How many the split has, where the rows are a sample of it. */
  available?: number;
  /** Rows that were left out because a system could not answer them at all. */
  leftOut?: { rows: number; reason: string };
  /** Clusters of rows that were resampled whole, where rows are grouped. */
  groups?: number;
  /** Of every interval, such as 0.95. */
  confidence: number;
  seed: number;
  /** Name of the metric that decides. */
  metric: string;
  /** The deciding one first. */
  metrics: readonly ComparedMetric[];
  /** Name of the system that is judged. */
  subject: string;
  /** The subject first. */
  systems: readonly ComparedSystem[];
  /** Names of the systems that the verdict is about: what one has without the subject. */
  rivals: readonly string[];
  /** Where the cheap rival was chosen among the cheap systems. */
  cheapChosenOn?: 'validation' | 'test';
  /** Every metric by every other system that has a value of it. */
  differences: readonly Difference[];
  /** Better than every rival; worse than any; else there is no evidence. */
  verdict: Verdict;
  /** The verdict with its figures, for people. */
  sentence: string;
  /** What to do about it. Absent in files of earlier versions. */
  conclusion?: Conclusion;
  /** Where the deciding metric is of one class: the class to find. */
  positive?: string;
  /** The column that classes were read from: what a class "1" is called. */
  labelColumn?: string;
  flips: Flips;
  skipped: readonly SkippedSystem[];
  /** Of rows with classes: how many rows each class has. */
  classes?: readonly ClassRows[];
}

/** What a comparison says to somebody who has to decide. */
export interface Conclusion {
  /** `not-better`: a rival is better, probably is, or does as well for less. `unclear`: the rows do not tell. */
  outcome: 'better' | 'not-better' | 'unclear';
  /** What to do and why, in sentences: "Use trees: they find 4 of 4 fraud rows, the tuned model 3." */
  advice: string;
  /** Name of the system to use; absent where the rows do not tell. */
  use?: string;
  /** Where the rows do not tell: about how many would. */
  rowsNeeded?: number;
}

export interface ClassRows {
  label: string;
  /** Rows of it to train on, and to compare on. */
  train: number;
  test: number;
  /** Rows that the subject gives it to. */
  given: number;
}

export interface ComparedMetric {
  name: string;
  /** For people: "chrF". */
  title: string;
  better: 'higher' | 'lower';
  /** A perfect value, where there is one. */
  best?: number;
  /** What it is computed from: text, label, likelihood. */
  reads: string;
  /** Its 1 or 0 of a row says whether the answer has the form asked for. */
  checksForm?: boolean;
  /** Its table is what it tells; its value stands elsewhere already. */
  isTable?: boolean;
  /** No value of it is better than another, so `better` means nothing and there are no differences. */
  isProperty?: boolean;
}

/** A `variant` is another system's answers read in another way: shown beside them, and never a rival. */
export type SystemKind = 'tuned' | 'base' | 'prompted' | 'few_shot' | 'cheap' | 'endpoint' | 'other' | 'variant';

export interface ComparedSystem {
  name: string;
  /** For people: "nearest training row". */
  title: string;
  kind: SystemKind;
  /** By metric; one that the system has no value of is absent. */
  values: Record<string, ComparedValue>;
  usage?: SystemUsage;
  /** Answers that ended at the limit of tokens; absent where nobody knows how they ended. */
  cutAnswers?: number;
  /** Costs next to nothing to run: it was fitted in seconds, also where it is what was trained. */
  isCheap?: boolean;
  /** Was tuned from an encoder that knows more words than the rows have. */
  knowsWords?: boolean;
  /** Rows that it answers right, where answers are right or wrong. */
  right?: number;
  /** By class: rows of it that it finds, and rows that it gives it to. */
  byClass?: Readonly<Record<string, { found: number; given: number }>>;
  /** What its wrong answers cost on these rows, by `objective.costs`. */
  cost?: number;
  /** Why it is no rival: it cannot do the task as it stands. */
  unable?: string;
  /** What is particular about it: the instruction it was given, how many rows it was shown. */
  note?: string;
}

export interface ComparedValue {
  value: number;
  /** Absent where one row or group is all the evidence. */
  low?: number;
  high?: number;
  /** The metric's own parts: a confusion table, counts, bins. */
  details?: Record<string, unknown>;
}

/** What a row costs, as far as it is known. */
export interface SystemUsage {
  secondsPerRow?: number;
  /** Tokens of all rows. */
  inputTokens?: number;
  outputTokens?: number;
  /** In the currency of the prices that were given. */
  costPer1000?: number;
}

/** Subject against one other system on one metric. */
export interface Difference {
  metric: string;
  against: string;
  /** In the metric's own unit; positive where the subject is better, whichever direction the metric has. */
  estimate: number;
  /** Absent where one row or group is all the evidence. */
  low?: number;
  high?: number;
  p: number;
  /** By Holm: over the rivals for a rival, over all other systems for the rest. */
  pAdjusted: number;
  /** What p comes from: "permutation", "mcnemar". */
  test: string;
  /** The smallest difference that this many rows would show in four of five tries. */
  minimalDetectable: number;
  verdict: Verdict;
}

/** Rows that the subject answers worse or better than its strongest rival by the deciding metric; the largest first. */
export interface Flips {
  against: string;
  worse: readonly string[];
  better: readonly string[];
}

export interface SkippedSystem {
  name: string;
  reason: string;
}

/** Answers to the same held-out rows, side by side; those that are worse first. The run folder's samples.json. */
export interface Samples {
  version: 2;
  /** In the order to show them. */
  systems: readonly { name: string; title: string }[];
  rows: readonly SampleRow[];
}

export interface SampleRow {
  /** Of the example. */
  id: string;
  prompt: string;
  /** Where the row is a file: its folder and name. */
  file?: string;
  /** Where it is an image: a small version of it, as a `data:` address. */
  picture?: string;
  expected?: string;
  /** The class, where rows have one. */
  label?: string;
  /** By system. */
  answers: Record<string, SampleAnswer>;
  /** Of the subject against its strongest rival. */
  change: 'worse' | 'better' | 'same';
}

export interface SampleAnswer {
  text: string;
  /** Set where it was cut, having come to its longest. */
  cut?: true;
  /** Whether the answer has the form that was asked for, where a form was. */
  valid?: boolean;
  /** By metric. */
  scores: Record<string, number>;
}

export function writeSamples(folder: string, samples: Samples): void {
  writeJson(runPaths(folder).samples, samples);
}

export function readSamples(folder: string): Samples | undefined {
  return readVersioned(runPaths(folder).samples, 2);
}
