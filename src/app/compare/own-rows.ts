import { withOtherWords, worded } from '../../evaluation/wording/recommendation.ts';
import { outdatedAssessments, readAssessments, writeAssessment } from '../../evaluation/assessments/files.ts';
import type { Comparison } from '../../store/results.ts';

/** Whether the verdict of a run counts the user's own rows: the same systems were tested on them. */
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
