/** Testing criteria of an evaluation: a grader and its pass threshold. */
import { isPlainObject } from '../../base/plain-object.ts';
import { compileGrader } from '../../scoring/graders/grade.ts';
import type { Grader } from '../../scoring/graders/grader.options.ts';
import { readGrader } from './graders.ts';

export interface Criterion {
  grader: Grader;
  threshold: number;
  /** The grader, ready to score. */
  grade: ReturnType<typeof compileGrader>;
}

/** `comparisons` limits the cost of a score. @throws ApiError 400 */
export function readCriterion(value: unknown, comparisons?: number): Criterion {
  const { pass_threshold: threshold, id: _, ...rest } = isPlainObject(value) ? value : {};
  const isSimilar = rest.type === 'text_similarity';
  const grader = readGrader(
    isSimilar && threshold !== undefined ? { ...rest, pass_threshold: threshold } : rest,
    'testing_criteria',
  );
  return {
    grader,
    threshold: typeof threshold === 'number' ? threshold : 1,
    grade: compileGrader(grader, comparisons),
  };
}
