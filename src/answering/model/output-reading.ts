import type { RawConfig } from '../../models/raw-config.ts';
import type { Task } from '../../models/architecture.ts';
import { tasks } from '../tasks/index.ts';
import type { ProblemType } from '../../models/heads/head.ts';

/** Whether a task's head has classes, or a number in their place. */
export function hasClasses(task: Task): boolean {
  return tasks[task].labels !== undefined;
}

/** Whether a head is trained in full with an adapter even if the base model has one, as PEFT does. */
export function trainsWholeHead(task: Task): boolean {
  return tasks[task].trainsWholeHead === true;
}

const READING = ['problem_type', 'label_scaling', 'label_thresholds', 'answer_spans', 'step_separator'];

/** A configuration with the keys that say how a head's output is read, in place of those that it had. */
export function withReading(config: RawConfig, reading: Readonly<Record<string, unknown>> = {}): RawConfig {
  const none = Object.fromEntries(READING.map((key) => [key, undefined]));
  return { ...config, ...none, ...reading };
}

/** Meaning of a head's scores, if recorded. */
export function problemTypeIn(reading: Readonly<Record<string, unknown>> | undefined): ProblemType | undefined {
  return reading?.problem_type as ProblemType | undefined;
}
