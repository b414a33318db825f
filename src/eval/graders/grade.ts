/** Scores answers by graders. */
import { parseFormula, type Formula } from './formula.ts';
import type { Grader, SingleGrader } from './grader.options.ts';
import { similarity } from './similarity.ts';
import { checkTemplate, fillTemplate, TemplateFailure, type Graded } from './template.ts';

export type { Graded } from './template.ts';

export interface Grade {
  /** 0 where something failed. */
  reward: number;
  /** Of the parts of a `multi`. */
  parts: Record<string, number>;
  failures: ('invalid_variable' | 'sample_parse' | 'not_finite')[];
}

/** A grader, ready to score. @throws AttuneError E_GRADER for one that cannot score any row */
export function compileGrader(grader: Grader): (graded: Graded) => Grade {
  if (grader.type !== 'multi') {
    checkSingle(grader);
    return (graded) => gradeSingle(grader, graded);
  }
  const entries = Object.entries(grader.graders);
  for (const [, part] of entries) checkSingle(part);
  const formula = parseFormula(
    grader.calculate_output,
    entries.map(([name]) => name),
  );
  return (graded) => gradeMany(entries, formula, graded);
}

function checkSingle({ input, reference }: SingleGrader): void {
  checkTemplate(input, 'input');
  checkTemplate(reference, 'reference');
}

function gradeMany(entries: [string, SingleGrader][], formula: Formula, graded: Graded): Grade {
  const grades = entries.map(([name, part]) => [name, gradeSingle(part, graded)] as const);
  const parts = Object.fromEntries(grades.map(([name, { reward }]) => [name, reward]));
  const failures = grades.flatMap(([, grade]) => grade.failures);
  const reward = formula(parts);
  if (Number.isFinite(reward)) return { reward, parts, failures };
  return { reward: 0, parts, failures: [...failures, 'not_finite'] };
}

function gradeSingle(grader: SingleGrader, graded: Graded): Grade {
  try {
    const [input, reference] = [fillTemplate(grader.input, graded), fillTemplate(grader.reference, graded)];
    const reward =
      grader.type === 'text_similarity'
        ? similarity(grader.evaluation_metric, input, reference)
        : Number(isMatch(grader.operation, input, reference));
    return { reward, parts: {}, failures: [] };
  } catch (error) {
    if (!(error instanceof TemplateFailure)) throw error;
    return { reward: 0, parts: {}, failures: [error.kind] };
  }
}

type Operation = Extract<SingleGrader, { type: 'string_check' }>['operation'];

function isMatch(operation: Operation, input: string, reference: string): boolean {
  switch (operation) {
    case 'eq':
      return input === reference;
    case 'ne':
    case 'neq':
      return input !== reference;
    case 'like':
      return input.includes(reference);
    case 'ilike':
      return input.toLowerCase().includes(reference.toLowerCase());
    default:
      return operation satisfies never;
  }
}
