/** Scores answers by graders. */
import { AttuneError } from '../../base/errors.ts';
import { parseFormula, type Formula } from './formula.ts';
import type { Grader, SingleGrader } from './grader.options.ts';
import { comparisonsOf, similarity } from './similarity.ts';
import { checkTemplate, fillTemplate, TemplateFailure, type Graded } from './grader-template.ts';

export type { Graded } from './grader-template.ts';

export interface Grade {
  /** 0 after a failure. */
  reward: number;
  /** Scores of a `multi` grader's parts. */
  parts: Record<string, number>;
  failures: ('invalid_variable' | 'sample_parse' | 'not_finite')[];
}

/** Default limit on comparisons per answer: about a second. */
const USUAL_COMPARISONS = 1_000_000_000;

/**
 * Compiles a grader; scoring throws E_GRADER_COST if its parts need more than `comparisons` in total. @throws
 * AttuneError E_GRADER for one that cannot score any row
 */
export function compileGrader(grader: Grader, comparisons = USUAL_COMPARISONS): (graded: Graded) => Grade {
  if (grader.type !== 'multi') {
    checkSingle(grader);
    return (graded) => gradeSingle(grader, graded, new Budget(comparisons));
  }
  const entries = Object.entries(grader.graders);
  for (const [, part] of entries) checkSingle(part);
  const formula = parseFormula(
    grader.calculate_output,
    entries.map(([name]) => name),
  );
  return (graded) => gradeMany({ entries, formula, budget: new Budget(comparisons) }, graded);
}

function checkSingle({ input, reference }: SingleGrader): void {
  checkTemplate(input, 'input');
  checkTemplate(reference, 'reference');
}

class Budget {
  readonly #most: number;
  #spent = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws AttuneError E_GRADER_COST */
  spend(comparisons: number): void {
    this.#spent += comparisons;
    if (this.#spent <= this.#most) return;
    throw new AttuneError('E_GRADER_COST', {
      what: 'The grader compares texts that are too long',
      got: `${this.#spent} comparisons of characters or words`,
      expected: `at most ${this.#most} per answer (grader_comparisons)`,
      fix: 'shorten the texts, or use a metric that counts words, such as rouge_1',
    });
  }
}

interface Many {
  entries: readonly [string, SingleGrader][];
  formula: Formula;
  budget: Budget;
}

function gradeMany({ entries, formula, budget }: Many, graded: Graded): Grade {
  const grades = entries.map(([name, part]) => [name, gradeSingle(part, graded, budget)] as const);
  const parts = Object.fromEntries(grades.map(([name, { reward }]) => [name, reward]));
  const failures = grades.flatMap(([, grade]) => grade.failures);
  const reward = formula(parts);
  if (Number.isFinite(reward)) return { reward, parts, failures };
  return { reward: 0, parts, failures: [...failures, 'not_finite'] };
}

function gradeSingle(grader: SingleGrader, graded: Graded, budget: Budget): Grade {
  try {
    const [input, reference] = [fillTemplate(grader.input, graded), fillTemplate(grader.reference, graded)];
    if (grader.type !== 'text_similarity')
      return { reward: Number(isMatch(grader.operation, input, reference)), parts: {}, failures: [] };
    budget.spend(comparisonsOf(grader.evaluation_metric, input, reference));
    return { reward: similarity(grader.evaluation_metric, input, reference), parts: {}, failures: [] };
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
