import type { FetchOptions } from '../../fetch/fetch-options.ts';
import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { MetricName } from '../../../scoring/metrics/index.ts';

/** A row of a task's files: format `prompt/completion`, with the group that keeps relatives in one split. */
export interface TaskRow {
  prompt: string;
  completion: string;
  group: string;
}

/** The three splits on disk, JSONL each. */
export interface TaskFiles {
  train: string;
  validation: string;
  test: string;
}

export interface TaskData {
  files: TaskFiles;
  rows: Record<keyof TaskFiles, number>;
  /** Where the rows come from: package names with versions and hashes, or the signed index. */
  origin: string;
}

/** As a recipe names it. */
interface TaskMetric {
  metric: MetricName;
  name?: string;
  /** For answers that are JSON objects. */
  field?: string;
  pattern?: string;
}

/** A data set that a small model can learn in minutes, with what its answers are measured by. */
export interface Task {
  readonly name: string;
  /** For people: "translate catalogue lines into Italian". */
  readonly title: string;
  /** Licence and maker of the data, for the model card. */
  readonly licence: string;
  /** Why the data cannot be had on this machine; undefined where it can. */
  unavailable(): string | undefined;
  /** Downloads and writes the splits, or finds them there from last time. Never asks anything. */
  fetch(folder: string, options?: FetchOptions): Promise<TaskData>;
  /** Metric of the verdict. */
  readonly mainMetric: TaskMetric | { name: string; mean: TaskMetric[] };
  /** Further metrics of the report. */
  readonly metrics: readonly TaskMetric[];
  /** Share of answers that have the form asked for. */
  readonly validity: TaskMetric;
  /** The cheap predictors that make sense here. */
  readonly baselines: readonly BaselineName[];
  /** No reference answer needs more tokens of a 4k vocabulary. */
  readonly maxNewTokens: number;
  /** Longest row in tokens of a 4k vocabulary; longer ones are cut. */
  readonly maxLength: number;
  /** Optimiser steps of 64 rows that take at most four minutes on two cores. */
  readonly steps: number;
}
