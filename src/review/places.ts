/** Where a review of pairs is kept: in a run's or comparison's folder, or beside a file of pairs. */
import { join } from 'node:path';
import { isFolder } from '../files/find-files.ts';
import { resultFiles } from '../store/result-files.ts';
import { assessmentNames, assessmentPath } from '../store/assessments.ts';
import { runPaths } from '../store/run-paths.ts';

export interface ReviewPlaces {
  /** Every choice of every reviewer, only ever added to. */
  log: string;
  /** Who approved what, only ever added to. */
  signOffs: string;
  /** Which pairs were chosen, where not all are shown. */
  plan: string;
  /** What the gate said, only ever added to. */
  audit: string;
  /** What a sign-off is about, besides the log, by its name in the sign-off: measurements, and the result's files. */
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
