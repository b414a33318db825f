/**
 * Decides by measurements and approvals whether a result may be used. Each check uses the unfavourable end of an
 * interval.
 */
import { z } from 'zod';
import { formatPercent } from '../../base/format.ts';
import { gateSchema, isRequirement, type GateSettings } from '../../methods/recipe/recipe-gate.ts';
import type { Check, Checks } from '../assessments/define-assessment.ts';
import { assessmentNames, assessments, type AssessmentName, type Assessments } from '../assessments/index.ts';
import { unmeasured, type Finding } from '../assessments/finding.ts';
import type { ReviewResults } from './review-outcome.ts';
import type { SignOffCheck } from './sign-offs.ts';

export type GateCheckName = keyof GateSettings;

export const gateCheckSchema = z.strictObject({
  /** The key of the recipe's `gate`. */
  name: gateSchema.keyof(),
  outcome: z.enum(['passed', 'failed', 'not asked']),
  /** Explanation for people: the figures and the limit. */
  message: z.string(),
  /** Advice if the check failed. */
  fix: z.string().optional(),
});
export type GateCheck = z.infer<typeof gateCheckSchema>;

/** Measurements in a run's folder; absent keys were not measured. */
export interface GateEvidence extends Partial<Assessments> {
  review?: ReviewResults;
  signOffs: SignOffCheck;
  /** Measurements of files that have changed since. */
  outdated: readonly AssessmentName[];
}

/** A key of the recipe's `gate`: the evidence it needs, and how its value is compared with that evidence. */
interface GateQuestion {
  title: string;
  restsOn?: AssessmentName;
  /** With `auto`, whether the check is made. */
  isAsked?(evidence: Partial<Assessments>, settings: GateSettings): boolean;
  find(evidence: GateEvidence, value: unknown): Finding;
}

const OF_PEOPLE: readonly (readonly [GateCheckName, GateQuestion])[] = [
  [
    'win_rate',
    {
      title: 'preferred by people',
      restsOn: 'comparison',
      find: ({ review }, least) => isPreferred(review, least as number),
    },
  ],
  ['sign_off', { title: 'sign-off', find: ({ signOffs }) => isApproved(signOffs) }],
];

const measured: { readonly [Name in AssessmentName]: { measure: string; checks?: Checks<Assessments[Name]> } } =
  assessments;

/** Checks that an assessment declares; they fail if it was not made. */
function checksOf<Name extends AssessmentName>(restsOn: Name): (readonly [GateCheckName, GateQuestion])[] {
  const { measure, checks = {} } = measured[restsOn];
  const all = Object.entries(checks) as [GateCheckName, Check<Assessments[Name], unknown>][];
  return all.map(([name, { title, question, isAsked, find }]) => {
    const findIn = ({ [restsOn]: found }: Partial<Assessments>, value: unknown): Finding =>
      (found && find(found, value)) ?? unmeasured(question, measure);
    const isAskedIn = ({ [restsOn]: found }: Partial<Assessments>, settings: GateSettings): boolean =>
      found !== undefined && isAsked?.(found, settings) === true;
    return [name, { title, restsOn, isAsked: isAskedIn, find: findIn }];
  });
}

/** One entry for each key of the recipe's `gate`. */
export const gateQuestions = Object.fromEntries([
  ...assessmentNames.flatMap((name) => checksOf(name)),
  ...OF_PEOPLE,
]) as Readonly<Record<GateCheckName, GateQuestion>>;

export function gateChecks(settings: GateSettings, evidence: GateEvidence): GateCheck[] {
  // A margin replaces the check for being better, and is less strict.
  const left: GateCheckName = settings.margin === null ? 'margin' : 'comparison';
  const names = gateSchema.keyof().options.filter((name) => name !== left);
  return names.map((name) => checkOf(name, settings, evidence));
}

function checkOf(name: GateCheckName, settings: GateSettings, evidence: GateEvidence): GateCheck {
  const { [name]: value } = settings;
  const { restsOn, find, isAsked } = gateQuestions[name];
  const isWanted = isRequirement(value) || (value === 'auto' && isAsked?.(evidence, settings) === true);
  if (!isWanted) return { name, outcome: 'not asked', message: 'not asked for' };
  const isOutdated = restsOn !== undefined && evidence.outdated.includes(restsOn);
  const { isPassed, message, fix } = isOutdated ? measuredOther(restsOn) : find(evidence, value);
  return { name, outcome: isPassed ? 'passed' : 'failed', message, ...(!isPassed && fix !== undefined && { fix }) };
}

function measuredOther(evidence: AssessmentName): Finding {
  return {
    isPassed: false,
    message: `${evidence}.json was measured on other files than the current result`,
    fix: 'restore the files of the result, or measure again',
  };
}

function isPreferred(review: ReviewResults | undefined, least: number): Finding {
  const winRate = review?.winRate;
  if (winRate === undefined) return unmeasured('what people prefer', 'attune review RUN');
  const { system, estimate, low } = winRate;
  return {
    isPassed: low >= least,
    message: `people prefer ${system} in ${formatPercent(estimate)}, at least ${formatPercent(low)}; required ${formatPercent(least)}`,
    fix: 'review more pairs, or train on the preferred answers: attune review results RUN --export dpo',
  };
}

function isApproved({ signOffs, problems, hasNewChoices }: SignOffCheck): Finding {
  const last = signOffs.at(-1);
  const fix = 'attune review sign RUN --by NAME --decision approve --reason TEXT';
  if (problems.length > 0) {
    const faults = problems.map(({ file, line, message }) => `${[file, line].filter(Boolean).join(':')} ${message}`);
    return { isPassed: false, message: `signed files have changed: ${faults.join('; ')}`, fix };
  }
  if (last === undefined) return { isPassed: false, message: 'it has not been approved', fix };
  if (hasNewChoices) return { isPassed: false, message: 'choices were added after the last sign-off', fix };
  const word = last.decision === 'approve' ? 'approved' : 'rejected';
  return { isPassed: word === 'approved', message: `${word} by ${last.by}, ${last.at}: ${last.reason}` };
}
