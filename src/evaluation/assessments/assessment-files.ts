/** Assessments of a result: each is a file in the run's folder with the hashes of the files that were measured. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, writeJson } from '../../files/json.ts';
import { readVersioned } from '../../store/read-versioned.ts';
import { hashOfResult } from '../../store/result-files.ts';
import { runPaths } from '../../store/run-paths.ts';
import { assessmentNames, assessments, type AssessmentName, type Assessments } from './index.ts';

/** Path of an assessment in a run's folder. */
export function assessmentPath(folder: string, name: AssessmentName): string {
  return join(folder, `${name}.json`);
}

/** Paths of all assessments in a run's folder. */
export function assessmentPaths(folder: string): string[] {
  return assessmentNames.map((name) => assessmentPath(folder, name));
}

/** Reads an assessment; undefined if it was not made. @throws AttuneError E_RESULTS_VERSION */
export function readAssessment<Name extends AssessmentName>(folder: string, name: Name): Assessments[Name] | undefined {
  return readVersioned(assessmentPath(folder, name), assessments[name].schema.shape.version.value);
}

/** Reads all assessments that were made. */
export function readAssessments(folder: string): Partial<Assessments> {
  return Object.fromEntries(assessmentNames.map((name) => [name, readAssessment(folder, name)]));
}

/** Writes an assessment and the hashes of the files that it measured. */
export function writeAssessment<Name extends AssessmentName>(
  folder: string,
  name: Name,
  found: Assessments[Name],
): void {
  writeJson(assessmentPath(folder, name), found);
  const hash = hashOfResult(folder);
  if (hash !== undefined) writeJson(runPaths(folder).measured, { ...readMeasured(folder), [name]: hash });
}

/** Assessments of files that have changed since. */
export function outdatedAssessments(folder: string): AssessmentName[] {
  const measured = Object.entries(readMeasured(folder));
  if (measured.length === 0) return [];
  const hash = hashOfResult(folder);
  return measured.filter(([, was]) => was !== hash).map(([name]) => name as AssessmentName);
}

function readMeasured(folder: string): Partial<Record<AssessmentName, string>> {
  const { measured } = runPaths(folder);
  return existsSync(measured) ? readJson(measured) : {};
}
