import type { RawConfig } from '../../models/config.ts';
import type { Task } from '../../models/architecture.ts';
import type { ProblemType } from '../../models/heads/head.ts';

/** Whether a task's head has classes, or a number in their place. */
export function hasClasses(task: Task): boolean {
  return task === 'sequence' || task === 'token';
}

/** A configuration with the keys that say how a head's output is read, in place of those that it had. */
export function withReading(config: RawConfig, reading: Readonly<Record<string, unknown>> = {}): RawConfig {
  return { ...config, problem_type: undefined, label_scaling: undefined, label_thresholds: undefined, ...reading };
}

/** What a head's scores mean, where that is recorded. */
export function problemTypeIn(reading: Readonly<Record<string, unknown>> | undefined): ProblemType | undefined {
  return reading?.problem_type as ProblemType | undefined;
}
