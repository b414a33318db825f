import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { readLabels } from '../../eval/judges/human-labels.ts';
import { readPairs } from '../../eval/judges/pairs.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { gateChecks, type GateCheck, type GateEvidence } from '../../review/gate-checks.ts';
import { reviewPlaces } from '../../review/places.ts';
import { reviewResults, type ReviewResults } from '../../review/results.ts';
import { checkSignOffs } from '../../review/sign-offs.ts';
import { readCounterfactualResults } from '../../store/counterfactuals.ts';
import { readForgetting } from '../../store/forgetting.ts';
import { readComparison } from '../../store/results.ts';
import { runPaths } from '../../store/run-paths.ts';
import { gateSchema, type GateSettings } from '../../train/recipe-gate.ts';
import { showRun } from '../runs.ts';

/** What is asked in place of the recipe's `gate`; what is not given stays as it says. */
export type GateOptions = Partial<GateSettings>;

export interface GateResult {
  version: 1;
  /** The run's. */
  folder: string;
  isPassed: boolean;
  checks: readonly GateCheck[];
}

/**
 * Whether a run's result may be used, by its recipe's `gate`. What was found is kept as gate.json in its folder.
 * @throws AttuneError E_GATE, with exit code 3 and the reasons, where it may not; E_RUN_MISSING, E_GATE_SETTINGS
 */
export async function gateRun(wanted: string, options: GateOptions = {}): Promise<GateResult> {
  const { folder } = await showRun(wanted);
  const checks = gateChecks(settingsOf(folder, options), await evidenceOf(folder));
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const result: GateResult = { version: 1, folder, isPassed: failed.length === 0, checks };
  writeJson(runPaths(folder).gate, result);
  if (result.isPassed) return result;
  throw new AttuneError('E_GATE', {
    what: `${folder} does not pass its gate`,
    problems: failed.map(({ name, message, fix }) => ({ field: name, message, fix })),
    exitCode: 3,
  });
}

function settingsOf(folder: string, options: GateOptions): GateSettings {
  const { gate = {} } = readJson<{ gate?: object }>(runPaths(folder).recipe);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const value = { ...gate, ...Object.fromEntries(given) };
  const parsed = gateSchema.safeParse(value);
  if (parsed.success && Object.values(parsed.data).some((one) => one !== null && one !== false)) return parsed.data;
  throw new AttuneError('E_GATE_SETTINGS', {
    what: 'The gate asks for what cannot be checked',
    ...(parsed.success
      ? {
          got: 'nothing is asked for',
          fix: 'ask for something: comparison, margin, forgetting, flip_rate, win_rate, sign_off',
        }
      : { problems: problemsOf(parsed.error.issues, { root: value, schema: gateSchema, prefix: 'gate' }) }),
  });
}

async function evidenceOf(folder: string): Promise<GateEvidence> {
  return {
    comparison: readComparison(folder),
    forgetting: readForgetting(folder),
    fairness: readCounterfactualResults(folder),
    review: await reviewOf(folder),
    signOffs: checkSignOffs(folder),
  };
}

async function reviewOf(folder: string): Promise<ReviewResults | undefined> {
  const { log } = reviewPlaces(folder);
  return existsSync(log) ? reviewResults(await readPairs(folder), await readLabels(log)) : undefined;
}
