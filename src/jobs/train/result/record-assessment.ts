import { AttuneError } from '../../../base/errors.ts';
import { writeAssessment } from '../../../evaluation/assessments/assessment-files.ts';
import type { AssessmentName, Assessments } from '../../../evaluation/assessments/index.ts';
import type { FinishedRun } from '../run-context.ts';
import { writeModelCard } from './result-card.ts';

interface Measuring<Found> {
  /** Folder of the result. */
  result: string;
  /** The question left open if the measurement fails: "what the result forgot". */
  question: string;
  /** Undefined if there is nothing to measure. */
  measure(): Promise<Found | undefined>;
  /** Announces the findings and the file. */
  report(found: Found): void;
}

/** Assesses the result at the end of a run. A failure becomes a warning, since the result already exists. */
export async function recordAssessment<Name extends AssessmentName>(
  { context: { folder, emit, signal } }: FinishedRun,
  name: Name,
  { result, question, measure, report }: Measuring<Assessments[Name]>,
): Promise<void> {
  try {
    const found = await measure();
    if (found === undefined) return;
    writeAssessment(folder, name, found);
    report(found);
    writeModelCard(folder, result);
  } catch (error) {
    if (!signal.aborted && !(error instanceof AttuneError)) throw error;
    const reason = error instanceof AttuneError ? error.message : 'stopped';
    emit({ type: 'warning-raised', code: 'W_NOT_MEASURED', message: `${question} could not be measured: ${reason}` });
  }
}
