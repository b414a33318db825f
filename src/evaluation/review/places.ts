/** Paths of a review's files: in the folder of a run or a comparison, or next to a file of pairs. */
import { join } from 'node:path';
import { isFolder } from '../../files/find-files.ts';
import { resultFiles } from '../../store/result-files.ts';
import { assessmentPath } from '../assessments/assessment-files.ts';
import { assessmentNames } from '../assessments/index.ts';
import { runPaths } from '../../store/run-paths.ts';

export interface ReviewPlaces {
  /** Choices of all reviewers; append-only. */
  log: string;
  /** Approvals; append-only. */
  signOffs: string;
  /** Sample of the pairs, if not all are shown. */
  plan: string;
  /** Gate decisions; append-only. */
  audit: string;
  /** Files other than the log that a sign-off covers, by their name in it: measurements and the result's files. */
  evidence: Readonly<Record<string, string>>;
}

export function reviewPlaces(target: string): ReviewPlaces {
  if (!isFolder(target)) {
    const stem = target.replace(/\.[^./\\]+(\.gz)?$/, '');
    return {
      log: `${stem}.review.jsonl`,
      signOffs: `${stem}.sign-offs.jsonl`,
      plan: `${stem}.review-plan.json`,
      audit: `${stem}.audit.jsonl`,
      evidence: { pairs: target },
    };
  }
  const measured = assessmentNames.map((name) => [name, assessmentPath(target, name)] as const);
  return {
    log: join(target, 'review.jsonl'),
    signOffs: join(target, 'sign-offs.jsonl'),
    plan: join(target, 'review-plan.json'),
    audit: join(target, 'audit.jsonl'),
    evidence: {
      ...Object.fromEntries(measured),
      samples: runPaths(target).samples,
      ...resultFiles(target),
    },
  };
}
