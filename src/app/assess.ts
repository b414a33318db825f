import { assessmentPath, writeAssessment } from '../evaluation/assessments/assessment-files.ts';
import type { AssessmentName, Assessments } from '../evaluation/assessments/index.ts';
import { requireWritable } from '../files/atomic.ts';
import { ownRun } from './compare/systems.ts';
import { reportRun } from './report/index.ts';

interface Assessed {
  /** A run's folder, name or id, or another model; absent if several are assessed together. */
  target?: string;
  /** Folder to write the file to; default: the run's own. */
  output?: string;
}

/** Assesses a result and saves the findings; for a run, in its folder, report and model card. */
export async function assess<Name extends AssessmentName>(
  name: Name,
  { target, output }: Assessed,
  measure: (run: string | undefined) => Promise<Assessments[Name]>,
): Promise<Assessments[Name]> {
  const run = target === undefined ? undefined : await ownRun(target);
  const folder = output ?? run;
  if (folder !== undefined) requireWritable(assessmentPath(folder, name));
  const found = await measure(run);
  if (folder !== undefined) writeAssessment(folder, name, found);
  if (run !== undefined && folder === run) await reportRun(run);
  return found;
}
