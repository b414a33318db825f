import { outdatedAssessments, readAssessments } from '../../evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { readLabels } from '../../scoring/judges/human-labels.ts';
import { readPairs } from '../../scoring/judges/answer-pairs.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { gateChecks, type GateCheck, type GateEvidence } from '../../evaluation/review/gate-checks.ts';
import { reviewPlaces } from '../../evaluation/review/places.ts';
import { readPlan } from '../../evaluation/review/review-plan.ts';
import { reviewResults, type ReviewResults } from '../../evaluation/review/review-outcome.ts';
import { recordGate } from '../../evaluation/review/gate-log.ts';
import { checkSignOffs } from '../../evaluation/review/sign-offs.ts';
import { runPaths } from '../../store/run-paths.ts';
import { gateSchema, isRequirement, type GateSettings } from '../../methods/recipe/recipe-gate.ts';
import { showRun } from '../find-runs.ts';
import type { useCase } from '../use-cases/gate.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';
import { gatePage } from './gate-page.ts';

/** Overrides of the recipe's `gate`; other settings keep the recipe's values. */
export type GateOptions = Partial<GateSettings>;

export interface GateResult {
  version: 1;
  /** Folder of the run. */
  folder: string;
  isPassed: boolean;
  checks: readonly GateCheck[];
  /** Path of gate.html, which contains all of this for forwarding. */
  page: string;
}

/**
 * Decides whether a run's result may be used, by its recipe's `gate`. Writes the findings to the run's folder:
 * gate.json, a page to forward (gate.html), and an entry in its audit log (audit.jsonl).
 * @throws AttuneError E_GATE, with exit code 3 and the reasons, if it may not; E_RUN_MISSING, E_GATE_SETTINGS,
 * E_AUDIT_CHANGED
 * @param limits `mayAskNothing`: with empty requirements, every run passes
 */
export async function gateRun(
  wanted: string,
  options: GateOptions = {},
  { mayAskNothing = false }: { mayAskNothing?: boolean } = {},
): Promise<GateResult> {
  const { folder } = await showRun(wanted);
  const checks = gateChecks(settingsOf(folder, options, mayAskNothing), await evidenceOf(folder));
  const page = runPaths(folder).gatePage;
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const result: GateResult = { version: 1, folder, isPassed: failed.length === 0, checks, page };
  writeJson(runPaths(folder).gate, result);
  const entry = recordGate(folder, checks, result.isPassed);
  writeFileAtomic(page, gatePage(result, entry));
  if (result.isPassed) return result;
  throw new AttuneError('E_GATE', {
    what: `${folder} does not pass its gate`,
    problems: failed.map(({ name, message, fix }) => ({ field: name, message, fix })),
    fix: `see all checks, or forward them: ${page}`,
    exitCode: 3,
  });
}

/** Converts a caller's options to the recipe's names; omitted ones keep the recipe's values. */
export function settingsFrom({ comparison, margin, otherWords, ...asked }: OptionsOf<typeof useCase>): GateOptions {
  return {
    comparison,
    margin,
    other_words: otherWords === undefined || otherWords === 'auto' ? otherWords : otherWords === 'true',
    forgetting: asked.maxForgetting,
    flip_rate: asked.maxFlipRate,
    safety: asked.maxCompliance,
    over_refusal: asked.maxOverRefusal,
    policy: asked.maxBrokenRules,
    groundedness: asked.maxHallucinated,
    win_rate: asked.minWinRate,
    sign_off: asked.signOff,
  };
}

function settingsOf(folder: string, options: GateOptions, mayAskNothing: boolean): GateSettings {
  const { gate = {} } = readJson<{ gate?: object }>(runPaths(folder).recipe);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const value = { ...gate, ...Object.fromEntries(given) };
  const parsed = gateSchema.safeParse(value);
  const asks = parsed.success && Object.values(parsed.data).some(isRequirement);
  if (parsed.success && (asks || mayAskNothing)) return parsed.data;
  throw new AttuneError('E_GATE_SETTINGS', {
    what: 'The gate requires measurements that do not exist',
    ...(parsed.success
      ? {
          got: 'no requirements',
          fix: `set one in the recipe’s gate (${Object.keys(gateSchema.shape).join(', ')}), or with a flag: attune gate --help`,
        }
      : { problems: problemsOf(parsed.error.issues, { root: value, schema: gateSchema, prefix: 'gate' }) }),
  });
}

async function evidenceOf(folder: string): Promise<GateEvidence> {
  const review = await reviewOf(folder);
  return {
    ...readAssessments(folder),
    ...(review !== undefined && { review }),
    signOffs: checkSignOffs(folder),
    outdated: outdatedAssessments(folder),
  };
}

async function reviewOf(folder: string): Promise<ReviewResults | undefined> {
  const { log, plan } = reviewPlaces(folder);
  if (!existsSync(log)) return undefined;
  return reviewResults(await readPairs(folder), await readLabels(log), readPlan(plan));
}
