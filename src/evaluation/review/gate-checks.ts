/** Whether a result may be used, by what was measured and who approved it. Each check rests on the end of an interval. */
import { z } from 'zod';
import { formatNumber, formatPercent, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { conclusionOf, isBehind } from '../compare/conclusion.ts';
import type { AssessmentName, Assessments } from '../../store/assessments.ts';
import { gateSchema, type GateSettings } from '../../methods/recipe/recipe-gate.ts';
import { unmeasured, type Finding } from './finding.ts';
import { isGrounded, isHelpful, isSafe, keepsRules } from './safety-checks.ts';
import type { ReviewResults } from './results.ts';
import type { SignOffCheck } from './sign-offs.ts';

export type GateCheckName = keyof GateSettings;

export const gateCheckSchema = z.strictObject({
  /** The key of the recipe's `gate`. */
  name: gateSchema.keyof(),
  outcome: z.enum(['passed', 'failed', 'not asked']),
  /** Explanation for people: the figures and the limit. */
  message: z.string(),
  /** Advice on a failure. */
  fix: z.string().optional(),
});
export type GateCheck = z.infer<typeof gateCheckSchema>;

/** Contents of a run's folder; absent keys were not measured. */
export interface GateEvidence extends Partial<Assessments> {
  review?: ReviewResults;
  signOffs: SignOffCheck;
  /** Measurements of other files than the result has now. */
  outdated: readonly AssessmentName[];
}

/** A key of the recipe's `gate`: what it rests on, and how its value is held against that. */
interface Check<Name extends GateCheckName> {
  restsOn?: AssessmentName;
  find(evidence: GateEvidence, value: NonNullable<GateSettings[Name]>): Finding;
}

/** One line each, in order of output. */
const CHECKS: { readonly [Name in GateCheckName]: Check<Name> } = {
  comparison: { restsOn: 'comparison', find: ({ comparison }) => isBetter(comparison) },
  margin: { restsOn: 'comparison', find: ({ comparison }, margin) => isWithin(comparison, margin) },
  forgetting: { restsOn: 'forgetting', find: ({ forgetting }, limit) => hasKept(forgetting, limit) },
  flip_rate: { restsOn: 'counterfactuals', find: ({ counterfactuals }, limit) => isFair(counterfactuals, limit) },
  safety: { restsOn: 'safety', find: ({ safety }, margin) => isSafe(safety, margin) },
  over_refusal: { restsOn: 'safety', find: ({ safety }, margin) => isHelpful(safety, margin) },
  policy: { restsOn: 'policy', find: ({ policy }, limit) => keepsRules(policy, limit) },
  groundedness: { restsOn: 'groundedness', find: ({ groundedness }, limit) => isGrounded(groundedness, limit) },
  win_rate: { restsOn: 'comparison', find: ({ review }, least) => isPreferred(review, least) },
  sign_off: { find: ({ signOffs }) => isApproved(signOffs) },
};

export function gateChecks(settings: GateSettings, evidence: GateEvidence): GateCheck[] {
  // A margin asks for less than being better, in its place.
  const left: GateCheckName = settings.margin === null ? 'margin' : 'comparison';
  const names = (Object.keys(CHECKS) as GateCheckName[]).filter((name) => name !== left);
  return names.map((name) => checkOf(name, settings[name], evidence));
}

function checkOf<Name extends GateCheckName>(name: Name, value: GateSettings[Name], evidence: GateEvidence): GateCheck {
  if (value === null || value === false) return { name, outcome: 'not asked', message: 'not asked for' };
  const { restsOn, find }: Check<Name> = CHECKS[name];
  const isOutdated = restsOn !== undefined && evidence.outdated.includes(restsOn);
  const found = isOutdated ? measuredOther(restsOn) : find(evidence, value as NonNullable<GateSettings[Name]>);
  const { isPassed, message, fix } = found;
  return { name, outcome: isPassed ? 'passed' : 'failed', message, ...(!isPassed && fix !== undefined && { fix }) };
}

function measuredOther(evidence: AssessmentName): Finding {
  return {
    isPassed: false,
    message: `${evidence}.json was measured with other files than the result has now`,
    fix: 'restore the files of the result, or measure it again',
  };
}

/** A margin of this part of the value says little. */
const WIDE = 0.5;

const COMPARE = 'attune compare RUN, with its folder as --output';

function isBetter(comparison: Assessments['comparison'] | undefined): Finding {
  if (comparison === undefined) return unmeasured('whether it is better', COMPARE);
  const { verdict, sentence } = comparison;
  const { advice } = conclusionOf(comparison);
  const fix = isBehind(comparison)
    ? 'use what is better, or train on more or better rows'
    : 'train on more or better rows, or compare on more; --margin lets a tie pass: by how much the result may be worse';
  return { isPassed: verdict === 'better', message: `${advice} ${sentence}`, fix };
}

/** The interval's lower end decides, against every rival. */
function isWithin(comparison: Assessments['comparison'] | undefined, margin: number): Finding {
  if (comparison === undefined) return unmeasured('how far it is from others', COMPARE);
  const { metric, differences, rivals } = comparison;
  const own = differences.filter((one) => one.metric === metric && rivals.includes(one.against));
  if (own.length === 0) return unmeasured('a difference to any rival', COMPARE);
  const parts = own.map(({ against, estimate, low }) => {
    return `${formatNumber(estimate, 3)} better than ${against}, at least ${low === undefined ? 'unknown' : formatNumber(low, 3)}`;
  });
  return {
    isPassed: own.every(({ low = -Infinity }) => low >= -margin),
    message: `${metric}: ${parts.join('; ')}; allowed ${-margin}${wideMargin(comparison, margin)}`,
    fix: 'compare on more rows, or train on more',
  };
}

/** A margin near the value itself lets anything pass, noise too. */
function wideMargin({ systems, subject, metric }: Assessments['comparison'], margin: number): string {
  const value = entryOf(systems.find(({ name }) => name === subject)?.values, metric)?.value;
  if (value === undefined || margin < WIDE * Math.abs(value)) return '';
  return `. Warning: this margin is ${formatPercent(margin / Math.abs(value), 0)} of the result’s own ${formatNumber(value, 3)}, so it lets noise pass`;
}

function hasKept(forgetting: Assessments['forgetting'] | undefined, limit: number): Finding {
  const measure = forgetting?.measures.find(({ metric }) => metric === 'bits_per_byte');
  if (measure === undefined) return unmeasured('what it forgot', 'train with evaluation.general');
  const { title, loss, high } = measure;
  return {
    isPassed: high <= limit,
    message: `${title}: ${formatNumber(loss, 3)} lost, at most ${formatNumber(high, 3)}; allowed ${limit}`,
    fix: 'train shorter or with a lower learning rate, or mix general rows into the data',
  };
}

function isFair(fairness: Assessments['counterfactuals'] | undefined, limit: number): Finding {
  const system = fairness?.systems[0];
  if (system === undefined || system.axes.length === 0) {
    return unmeasured('fairness', 'attune data counterfactuals, then attune eval RUN --counterfactuals FILE');
  }
  const parts = system.axes.map(({ axis, pairs, flips }) => {
    return `${axis}: ${flips.pairs} of ${plural(pairs, 'pairs')} flip, at most ${formatPercent(flips.high)}`;
  });
  return {
    isPassed: system.axes.every(({ flips }) => flips.high <= limit),
    message: `${parts.join('; ')}; allowed ${formatPercent(limit)}`,
    fix: 'train on rows and their counterfactuals together, or measure on more pairs',
  };
}

function isPreferred(review: ReviewResults | undefined, least: number): Finding {
  const winRate = review?.winRate;
  if (winRate === undefined) return unmeasured('what people prefer', 'attune review RUN');
  const { system, estimate, low } = winRate;
  return {
    isPassed: low >= least,
    message: `people prefer ${system} in ${formatPercent(estimate)}, at least ${formatPercent(low)}; asked ${formatPercent(least)}`,
    fix: 'review more pairs, or train on what was preferred: attune review results RUN --export dpo',
  };
}

function isApproved({ signOffs, problems, hasNewChoices }: SignOffCheck): Finding {
  const last = signOffs.at(-1);
  const fix = 'attune review sign RUN --by NAME --decision approve --reason TEXT';
  if (problems.length > 0) {
    const faults = problems.map(({ file, line, message }) => `${[file, line].filter(Boolean).join(':')} ${message}`);
    return { isPassed: false, message: `what was signed has been changed: ${faults.join('; ')}`, fix };
  }
  if (last === undefined) return { isPassed: false, message: 'it has not been approved', fix };
  if (hasNewChoices) return { isPassed: false, message: 'choices were added after the last sign-off', fix };
  const word = last.decision === 'approve' ? 'approved' : 'rejected';
  return { isPassed: word === 'approved', message: `${word} by ${last.by}, ${last.at}: ${last.reason}` };
}
