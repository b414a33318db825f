import type { Module } from '../../engine/nn/index.ts';
import type { Trunk } from '../architecture.ts';

/** Meaning of a row classifier's scores (HF `problem_type`). */
export const problemTypes = ['single_label_classification', 'multi_label_classification', 'regression'] as const;
export type ProblemType = (typeof problemTypes)[number];

export interface HeadContext {
  trunk: Trunk;
  /** The architecture's options for this head (`HeadPlan.options`). */
  options: Readonly<Record<string, unknown>>;
  /** Class names, for classifiers. */
  labels: readonly string[];
  problemType: ProblemType;
}

/** A kind of head: a file, and a line in the registry. Its module paths are the checkpoint's, from the root. */
export interface HeadKind {
  create(context: HeadContext): Module;
}
