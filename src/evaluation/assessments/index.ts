import type { z } from 'zod';
import type { FiguresShown } from '../../base/figures.ts';
import { comparison } from './comparison.ts';
import { counterfactuals } from './counterfactuals.ts';
import { forgetting } from './forgetting.ts';
import { groundedness } from './groundedness.ts';
import { overfitting } from './overfitting.ts';
import { policy } from './policy.ts';
import { safety } from './safety.ts';
import { wording } from './wording.ts';

/** All assessments, in report order. */
export const assessments = {
  comparison,
  wording,
  forgetting,
  overfitting,
  counterfactuals,
  safety,
  policy,
  groundedness,
};

export type AssessmentName = keyof typeof assessments;

/** Results by name. */
export type Assessments = { [Name in AssessmentName]: z.infer<(typeof assessments)[Name]['schema']> };

export const assessmentNames = Object.keys(assessments) as AssessmentName[];

const tables: { readonly [Name in AssessmentName]: { table(found: Assessments[Name]): FiguresShown | undefined } } =
  assessments;

/** Figures of an assessment; undefined if there is nothing to show. */
export function figuresOf<Name extends AssessmentName>(
  name: Name,
  found: Assessments[Name] | undefined,
): FiguresShown | undefined {
  return found && tables[name].table(found);
}

/** Figures of every assessment. */
export function figuresOfAll(found: Partial<Assessments>): { [Name in AssessmentName]?: FiguresShown } {
  const all = assessmentNames.map((name) => [name, figuresOf(name, found[name])] as const);
  return Object.fromEntries(all.filter(([, figures]) => figures !== undefined));
}
