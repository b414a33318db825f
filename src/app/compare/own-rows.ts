import { withOtherWords, worded } from '../../evaluation/wording/recommendation.ts';
import {
  outdatedAssessments,
  readAssessments,
  writeAssessment,
} from '../../evaluation/assessments/assessment-files.ts';
import type { Comparison } from '../../store/results.ts';

/** Adds a comparison on the user's own rows to a run's verdict. @returns false if the systems differ from the run's */
export function countOwnRows(run: string, own: Comparison): boolean {
  const { comparison, wording } = readAssessments(run);
  if (comparison === undefined || wording === undefined || own.metric !== comparison.metric) return false;
  if (outdatedAssessments(run).length > 0) return false;
  const found = { version: 1, ...worded(own, comparison), examples: [], file: own.split } as const;
  const counted = { ...wording, own: found };
  writeAssessment(run, 'wording', counted);
  writeAssessment(run, 'comparison', withOtherWords(comparison, counted));
  return true;
}
