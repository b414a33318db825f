import type { FetchOptions } from '../../fetch/fetch-options.ts';
import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { MetricName } from '../../../scoring/metrics/index.ts';

/** A row of a task's files: format `prompt/completion`, with a group that keeps related rows in one split. */
export interface TaskRow {
  prompt: string;
  completion: string;
  group: string;
}

/** The three splits as JSONL files. */
export interface TaskFiles {
  train: string;
  validation: string;
  test: string;
}

export interface TaskData {
  files: TaskFiles;
  rows: Record<keyof TaskFiles, number>;
  /** Source of the rows: package names with versions and hashes, or the signed index. */
  origin: string;
}

/** A metric as in a recipe. */
interface TaskMetric {
  metric: MetricName;
  name?: string;
  /** For answers that are JSON objects: the field to compare. */
  field?: string;
  pattern?: string;
}

/** A data set that a small model can learn in minutes, with the metrics of its answers. */
export interface Task {
  readonly name: string;
  /** Display title: "translate catalogue lines into Italian". */
  readonly title: string;
  /** Licence and maker of the data, for the model card. */
  readonly licence: string;
  /** Why the data are unavailable on this machine; undefined if they are available. */
  unavailable(): string | undefined;
  /** Downloads and writes the splits, or reuses those of an earlier download. Never asks questions. */
  fetch(folder: string, options?: FetchOptions): Promise<TaskData>;
  /** Metric of the verdict. */
  readonly mainMetric: TaskMetric | { name: string; mean: TaskMetric[] };
  /** Further metrics of the report. */
  readonly metrics: readonly TaskMetric[];
  /** Metric for the share of answers in the required format. */
  readonly validity: TaskMetric;
  /** Cheap systems that suit the task. */
  readonly baselines: readonly BaselineName[];
  /** Maximum tokens of a reference answer with a vocabulary of 4k. */
  readonly maxNewTokens: number;
  /** Maximum tokens of a row with a vocabulary of 4k; longer rows are truncated. */
  readonly maxLength: number;
  /** Number of optimizer steps of 64 rows that take at most four minutes on two cores. */
  readonly steps: number;
}
