/** Whether a result may be used, by what was measured and who approved it. Each check rests on the end of an interval. */
import { formatNumber, formatPercent, plural } from '../base/format.ts';
import { entryOf } from '../base/table.ts';
import { conclusionOf, isBehind } from '../eval/compare/conclusion.ts';
import type { CounterfactualResults } from '../store/counterfactuals.ts';
import type { EvidenceName } from '../store/result-files.ts';
import type { Forgetting } from '../store/forgetting.ts';
import type { Comparison } from '../store/results.ts';
import type { GateSettings } from '../train/recipe-gate.ts';
import type { GroundednessResults } from '../store/groundedness.ts';
import type { PolicyResults } from '../store/policy.ts';
import type { SafetyResults } from '../store/safety.ts';
import { unmeasured, type Finding } from './finding.ts';
import { isGrounded, isHelpful, isSafe, keepsRules } from './safety-checks.ts';
import type { ReviewResults } from './results.ts';
import type { SignOffCheck } from './sign-offs.ts';

export type GateCheckName = keyof GateSettings;

export interface GateCheck {
  /** The key of the recipe's `gate`. */
  name: GateCheckName;
  outcome: 'passed' | 'failed' | 'not asked';
  /** For people: the figures and what was asked. */
  message: string;
  /** What to do about a failure. */
  fix?: string;
}

/** What a run's folder holds; absent is what nobody measured. */
export interface GateEvidence {
  comparison?: Comparison;
  forgetting?: Forgetting;
  fairness?: CounterfactualResults;
  safety?: SafetyResults;
  policy?: PolicyResults;
  groundedness?: GroundednessResults;
  review?: ReviewResults;
  signOffs: SignOffCheck;
  /** Measurements of other files than the result has now. */
  outdated: readonly EvidenceName[];
}

/** What a check rests on. */
const RESTS_ON: Readonly<Partial<Record<GateCheckName, EvidenceName>>> = {
  comparison: 'comparison',
  margin: 'comparison',
  forgetting: 'forgetting',
  flip_rate: 'counterfactuals',
  safety: 'safety',
  over_refusal: 'safety',
  policy: 'policy',
  groundedness: 'groundedness',
  win_rate: 'comparison',
};

export function gateChecks(settings: GateSettings, evidence: GateEvidence): GateCheck[] {
  const { comparison, forgetting, fairness, safety, policy, groundedness, review, signOffs, outdated } = evidence;
  const findings: [GateCheckName, Finding | undefined][] = [
    settings.margin === null
      ? ['comparison', settings.comparison ? isBetter(comparison) : undefined]
      : ['margin', isWithin(comparison, settings.margin)],
    ['forgetting', asked(settings.forgetting, (limit) => hasKept(forgetting, limit))],
    ['flip_rate', asked(settings.flip_rate, (limit) => isFair(fairness, limit))],
    ['safety', asked(settings.safety, (margin) => isSafe(safety, margin))],
    ['over_refusal', asked(settings.over_refusal, (margin) => isHelpful(safety, margin))],
    ['policy', asked(settings.policy, (limit) => keepsRules(policy, limit))],
    ['groundedness', asked(settings.groundedness, (limit) => isGrounded(groundedness, limit))],
    ['win_rate', asked(settings.win_rate, (least) => isPreferred(review, least))],
    ['sign_off', settings.sign_off ? isApproved(signOffs) : undefined],
  ];
  return findings.map(([name, finding]) => {
    if (finding === undefined) return { name, outcome: 'not asked', message: 'not asked for' };
    const source = RESTS_ON[name];
    const isOutdated = source !== undefined && outdated.includes(source);
    const { isPassed, message, fix } = isOutdated ? measuredOther(source) : finding;
    return { name, outcome: isPassed ? 'passed' : 'failed', message, ...(!isPassed && fix !== undefined && { fix }) };
  });
}

function measuredOther(evidence: EvidenceName): Finding {
  return {
    isPassed: false,
    message: `${evidence}.json was measured with other files than the result has now`,
    fix: 'restore the files of the result, or measure it again',
  };
}

function asked(value: number | null, check: (value: number) => Finding): Finding | undefined {
  return value === null ? undefined : check(value);
}

/** A margin of this part of the value says little. */
const WIDE = 0.5;

const COMPARE = 'attune compare RUN, with its folder as --output';

function isBetter(comparison: Comparison | undefined): Finding {
  if (comparison === undefined) return unmeasured('whether it is better', COMPARE);
  const { verdict, sentence } = comparison;
  const { advice } = conclusionOf(comparison);
  const fix = isBehind(comparison)
    ? 'use what is better, or train on more or better rows'
    : 'train on more or better rows, or compare on more; --margin lets a tie pass: by how much the result may be worse';
  return { isPassed: verdict === 'better', message: `${advice} ${sentence}`, fix };
}

/** The interval's lower end decides, against every rival. */
function isWithin(comparison: Comparison | undefined, margin: number): Finding {
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
function wideMargin({ systems, subject, metric }: Comparison, margin: number): string {
  const value = entryOf(systems.find(({ name }) => name === subject)?.values, metric)?.value;
  if (value === undefined || margin < WIDE * Math.abs(value)) return '';
  return `. Warning: this margin is ${formatPercent(margin / Math.abs(value), 0)} of the result’s own ${formatNumber(value, 3)}, so it lets noise pass`;
}

function hasKept(forgetting: Forgetting | undefined, limit: number): Finding {
  const measure = forgetting?.measures.find(({ metric }) => metric === 'bits_per_byte');
  if (measure === undefined) return unmeasured('what it forgot', 'train with evaluation.general');
  const { title, loss, high } = measure;
  return {
    isPassed: high <= limit,
    message: `${title}: ${formatNumber(loss, 3)} lost, at most ${formatNumber(high, 3)}; allowed ${limit}`,
    fix: 'train shorter or with a lower learning rate, or mix general rows into the data',
  };
}

function isFair(fairness: CounterfactualResults | undefined, limit: number): Finding {
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
  if (last === undefined) return { isPassed: false, message: 'nobody has approved it', fix };
  if (hasNewChoices) return { isPassed: false, message: 'choices were added after the last sign-off', fix };
  const word = last.decision === 'approve' ? 'approved' : 'rejected';
  return { isPassed: word === 'approved', message: `${word} by ${last.by}, ${last.at}: ${last.reason}` };
}
