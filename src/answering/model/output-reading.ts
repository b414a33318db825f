import type { RawConfig } from '../../models/raw-config.ts';
import type { Task } from '../../models/architecture.ts';
import { tasks } from '../tasks/index.ts';
import type { ProblemType } from '../../models/heads/head.ts';

/** Whether a task's head outputs classes or a number. */
export function hasClasses(task: Task): boolean {
  return tasks[task].labels !== undefined;
}

/** Whether a head is trained in full with an adapter even if the base model has one, as PEFT does. */
export function trainsWholeHead(task: Task): boolean {
  return tasks[task].trainsWholeHead === true;
}

const READING = [
  'problem_type',
  'label_scaling',
  'label_thresholds',
  'answer_spans',
  'step_separator',
  'scores_options',
];

/** Replaces the config keys that define how the head's output is interpreted. */
export function withReading(config: RawConfig, reading: Readonly<Record<string, unknown>> = {}): RawConfig {
  const none = Object.fromEntries(READING.map((key) => [key, undefined]));
  return { ...config, ...none, ...reading };
}

/** Recorded `problem_type` of the head, if any. */
export function problemTypeIn(reading: Readonly<Record<string, unknown>> | undefined): ProblemType | undefined {
  return reading?.problem_type as ProblemType | undefined;
}
