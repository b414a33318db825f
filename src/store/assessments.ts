/** Measurements of a result: each in a file of the run's folder, with the hash of the files that were measured. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { readJson, writeJson } from '../files/json.ts';
import { counterfactualResultsSchema } from './counterfactuals.ts';
import { forgettingSchema } from './forgetting.ts';
import { groundednessResultsSchema } from './groundedness.ts';
import { overfittingSchema } from './overfitting.ts';
import { policyResultsSchema } from './policy.ts';
import { readVersioned } from './read-versioned.ts';
import { hashOfResult } from './result-files.ts';
import { comparisonSchema } from './results.ts';
import { runPaths } from './run-paths.ts';
import { safetyResultsSchema } from './safety.ts';
import { wordingSchema } from './wording.ts';

/** One line each: the schema of its file, which names the file's version. */
const schemas = {
  comparison: comparisonSchema,
  forgetting: forgettingSchema,
  overfitting: overfittingSchema,
  wording: wordingSchema,
  counterfactuals: counterfactualResultsSchema,
  safety: safetyResultsSchema,
  policy: policyResultsSchema,
  groundedness: groundednessResultsSchema,
};

export type AssessmentName = keyof typeof schemas;

export type Assessments = { [Name in AssessmentName]: z.infer<(typeof schemas)[Name]> };

export const assessmentNames = Object.keys(schemas) as AssessmentName[];

/** Where a run's folder keeps it. */
export function assessmentPath(folder: string, name: AssessmentName): string {
  return join(folder, `${name}.json`);
}

/** Undefined if it was not measured. @throws AttuneError E_RESULTS_VERSION */
export function readAssessment<Name extends AssessmentName>(folder: string, name: Name): Assessments[Name] | undefined {
  // Another version's figures may mean something else.
  return readVersioned(assessmentPath(folder, name), schemas[name].shape.version.value);
}

/** All that were measured. */
export function readAssessments(folder: string): Partial<Assessments> {
  return Object.fromEntries(assessmentNames.map((name) => [name, readAssessment(folder, name)]));
}

/** Writes what was measured, and of which files. */
export function writeAssessment<Name extends AssessmentName>(
  folder: string,
  name: Name,
  found: Assessments[Name],
): void {
  writeJson(assessmentPath(folder, name), found);
  const hash = hashOfResult(folder);
  if (hash !== undefined) writeJson(runPaths(folder).measured, { ...readMeasured(folder), [name]: hash });
}

/** Measurements that were made with other files than the result has now. */
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
