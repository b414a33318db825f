/** Measurements of a result: each in a file of the run's folder, with the hash of the files that were measured. */
import { existsSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { readJson, writeJson } from '../files/json.ts';
import type { CounterfactualResults } from './counterfactuals.ts';
import type { Forgetting } from './forgetting.ts';
import type { GroundednessResults } from './groundedness.ts';
import type { Overfitting } from './overfitting.ts';
import type { PolicyResults } from './policy.ts';
import { hashOfResult } from './result-files.ts';
import type { Comparison } from './results.ts';
import { runPaths } from './run-paths.ts';
import type { SafetyResults } from './safety.ts';
import type { Wording } from './wording.ts';

/** One line each, here and in the versions below. */
export interface Assessments {
  comparison: Comparison;
  forgetting: Forgetting;
  overfitting: Overfitting;
  wording: Wording;
  counterfactuals: CounterfactualResults;
  safety: SafetyResults;
  policy: PolicyResults;
  groundedness: GroundednessResults;
}

export type AssessmentName = keyof Assessments;

/** Versions of the files. Another version is refused: its figures may mean something else. */
const VERSIONS: { readonly [Name in AssessmentName]: Assessments[Name]['version'] } = {
  comparison: 2,
  forgetting: 1,
  overfitting: 1,
  wording: 1,
  counterfactuals: 1,
  safety: 1,
  policy: 1,
  groundedness: 1,
};

/** Undefined where nobody measured it. @throws AttuneError E_RESULTS_VERSION */
export function readAssessment<Name extends AssessmentName>(folder: string, name: Name): Assessments[Name] | undefined {
  return readVersioned(runPaths(folder)[name], VERSIONS[name]);
}

/** All that were measured. */
export function readAssessments(folder: string): Partial<Assessments> {
  const names = Object.keys(VERSIONS) as AssessmentName[];
  return Object.fromEntries(names.map((name) => [name, readAssessment(folder, name)]));
}

/** Writes what was measured, and of which files. */
export function writeAssessment<Name extends AssessmentName>(
  folder: string,
  name: Name,
  found: Assessments[Name],
): void {
  const paths = runPaths(folder);
  writeJson(paths[name], found);
  const hash = hashOfResult(folder);
  if (hash !== undefined) writeJson(paths.measured, { ...readMeasured(folder), [name]: hash });
}

/** Measurements that were made with other files than the result has now. */
export function outdatedAssessments(folder: string): AssessmentName[] {
  const measured = Object.entries(readMeasured(folder));
  if (measured.length === 0) return [];
  const hash = hashOfResult(folder);
  return measured.filter(([, was]) => was !== hash).map(([name]) => name as AssessmentName);
}

/** A JSON file of a run that says its version; undefined where it is not there. @throws AttuneError E_RESULTS_VERSION */
export function readVersioned<Found extends { version: number }>(path: string, version: number): Found | undefined {
  if (!existsSync(path)) return undefined;
  const value = readJson<Partial<Found>>(path);
  if (value.version === version) return value as Found;
  throw new AttuneError('E_RESULTS_VERSION', {
    what: `${path} was written by another version of attune`,
    got: `version ${value.version ?? 1}`,
    expected: `version ${version}`,
    fix: 'remove the file and measure again',
  });
}

function readMeasured(folder: string): Partial<Record<AssessmentName, string>> {
  const { measured } = runPaths(folder);
  return existsSync(measured) ? readJson(measured) : {};
}
