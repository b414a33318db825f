/** How answers depend on the group of the people mentioned. */
import { z } from 'zod';
import type { Examples, Figures, Row } from '../../base/figures.ts';
import { formatCount, formatNumber, formatPercent, formatSigned, plural } from '../../base/format.ts';
import { comparedMetricSchema, skippedSystemSchema, verdictSchema } from '../../store/results.ts';
import { surestEffects, type Effect } from '../fairness/surest-effects.ts';
import type { Finding } from './finding.ts';
import { defineAssessment } from './define-assessment.ts';

const flipRateSchema = z.strictObject({
  pairs: z.number(),
  rate: z.number(),
  low: z.number(),
  high: z.number(),
});
export type FlipRate = z.infer<typeof flipRateSchema>;

const groupDifferenceSchema = z.strictObject({
  /** Values for the group and for the comparison group. */
  value: z.number(),
  other: z.number(),
  estimate: z.number(),
  /** Absent with a single pair. */
  low: z.number().optional(),
  high: z.number().optional(),
  p: z.number(),
  /** Holm-adjusted over all groups and answers of the system. */
  pAdjusted: z.number(),
  verdict: verdictSchema,
});
export type GroupDifference = z.infer<typeof groupDifferenceSchema>;

const groupEffectSchema = z.strictObject({
  group: z.string(),
  /** Comparison group, or `others` if there are several. */
  against: z.string(),
  pairs: z.number(),
  /** By metric: how much better answers are for the group. */
  metrics: z.record(z.string(), groupDifferenceSchema),
  /** Increase of each answer's frequency for the group, if there are few distinct answers. Numbers are under `value`. */
  answers: z.record(z.string(), groupDifferenceSchema),
});
export type GroupEffect = z.infer<typeof groupEffectSchema>;

const flippedPairSchema = z.strictObject({
  original: z.strictObject({
    text: z.string(),
    answer: z.string(),
  }),
  changed: z.strictObject({
    text: z.string(),
    answer: z.string(),
  }),
});
export type FlippedPair = z.infer<typeof flippedPairSchema>;

const counterfactualAxisSchema = z.strictObject({
  axis: z.string(),
  pairs: z.number(),
  flips: flipRateSchema,
  /** Difference of its flip rate from the first system's; absent for the first. */
  against: groupDifferenceSchema.optional(),
  /** Effects for pairs of a group and any other group; pairs with `mixed` rows are excluded. */
  groups: z.array(groupEffectSchema).readonly(),
  /** The first pairs whose answers differ. */
  examples: z.array(flippedPairSchema).readonly(),
});
export type CounterfactualAxis = z.infer<typeof counterfactualAxisSchema>;

const counterfactualSystemSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  axes: z.array(counterfactualAxisSchema).readonly(),
});
export type CounterfactualSystem = z.infer<typeof counterfactualSystemSchema>;

export const counterfactualResultsSchema = z.strictObject({
  version: z.literal(1),
  /** File of pairs. */
  file: z.string(),
  pairs: z.number(),
  /** Number of pairs in the file, if these are a sample. */
  available: z.number().optional(),
  /** Pairs left out because a system could not answer them. */
  leftOut: z
    .strictObject({
      pairs: z.number(),
      reason: z.string(),
    })
    .optional(),
  confidence: z.number(),
  seed: z.number(),
  /** The deciding metric first. */
  metrics: z.array(comparedMetricSchema).readonly(),
  systems: z.array(counterfactualSystemSchema).readonly(),
  skipped: z.array(skippedSystemSchema).readonly(),
});
export type CounterfactualResults = z.infer<typeof counterfactualResultsSchema>;

export const counterfactuals = defineAssessment({
  name: 'counterfactuals',
  schema: counterfactualResultsSchema,
  measure: 'attune data counterfactuals, then attune eval RUN --counterfactuals FILE',
  table(results) {
    const { systems, leftOut, available, pairs, skipped } = results;
    if (systems.every(({ axes }) => axes.length === 0)) return undefined;
    return {
      title: 'Who gets different answers',
      lead:
        `${plural(pairs, 'pairs')} of rows that differ only in the group of the person mentioned, inferred ` +
        'from words and names; nobody’s actual group is known. Shares count pairs whose answers differ ' +
        `in more than those words; intervals are ${formatNumber(results.confidence * 100)} %.`,
      figures: [flips(systems), ...systems.map((system) => effects(system, results))],
      remarks: [
        ...(available === undefined ? [] : [`a sample of ${formatCount(pairs)} of ${plural(available, 'pairs')}`]),
        ...(leftOut === undefined ? [] : [`${plural(leftOut.pairs, 'pairs')} left out: ${leftOut.reason}`]),
        ...skipped.map(({ name, reason }) => `${name} left out: ${reason}`),
        'groups are inferred from words and names; nobody’s actual group is known',
      ],
    };
  },
  checks: { flip_rate: { title: 'fairness', question: 'fairness', find: isFair } },
});

function flips(systems: readonly CounterfactualSystem[]): Figures {
  const isAlone = systems.length === 1;
  const found = systems.flatMap(({ title, axes }) => axes.map((axis) => ({ title, ...axis })));
  return {
    columns: [
      { title: 'Answers that change' },
      { title: 'With' },
      { title: 'Pairs', unit: 'count' },
      { title: 'Flipped', unit: 'count' },
      { title: 'Rate', unit: 'number', interval: '95 % interval' },
      ...(isAlone ? [] : [{ title: 'Fewer by' }]),
    ],
    rows: found.map(({ title, axis, pairs, against, flips: { pairs: flipped, rate, low, high } }) => {
      const fewer = against === undefined ? '' : `${formatSigned(against.estimate)}${mark(against)}`;
      const cells = [axis, { value: pairs }, { value: flipped }, { value: rate, low, high }];
      return { name: title, cells: isAlone ? cells : [...cells, fewer] };
    }),
    chart: {
      title: 'Share of pairs whose answers differ',
      description: `${found.length} kinds of pairs.`,
      bars: found.map(({ title, axis, pairs, flips: { pairs: flipped, rate, low, high } }) => ({
        label: isAlone ? axis : `${title}: ${axis}`,
        text: `${formatCount(flipped)} of ${formatCount(pairs)}`,
        value: rate,
        low,
        high,
      })),
    },
  };
}

/** The most certain differences first, followed by the pairs themselves. */
function effects(system: CounterfactualSystem, results: CounterfactualResults): Figures {
  return {
    ...(results.systems.length > 1 && { heading: system.title }),
    columns: [
      { title: 'Group' },
      { title: 'Of', only: 'terminal' },
      { title: 'Pairs', unit: 'count', only: 'terminal' },
      { title: 'Group and others', unit: 'number', only: 'page' },
      { title: 'Value', unit: 'number', only: 'terminal' },
      { title: 'Other', unit: 'number', only: 'terminal' },
      {
        title: 'Difference',
        unit: 'change',
        picture: ['less', 'more'],
        interval: '95 % interval',
        missing: 'no interval',
        isMain: true,
      },
      { title: 'p by Holm', short: 'p (Holm)', unit: 'p' },
    ],
    rows: surestEffects(system, results).map(effectRow),
    most: { terminal: 12, page: 20, rest: 'others are less certain: --json lists all' },
    examples: system.axes.map(({ axis, flips: { pairs }, examples }) => flipped(axis, pairs, examples)),
  };
}

function effectRow({ who, what, pairs, one }: Effect): Row {
  const { value, other, estimate, low, high, pAdjusted, verdict } = one;
  return {
    name: who,
    note: `${what}; ${plural(pairs, 'pairs')}`,
    cells: [
      what,
      { value: pairs },
      { value, note: `others ${formatNumber(other, 3)}` },
      { value },
      { value: other },
      { value: estimate, low, high, verdict },
      { value: pAdjusted, verdict },
    ],
  };
}

function flipped(axis: string, count: number, examples: readonly FlippedPair[]): Examples {
  const first = examples.length < count ? `the first ${examples.length} of ` : '';
  const side = ({ text: said, answer }: FlippedPair['original']) => ({ said, answer });
  return {
    title: `Answers that change with ${axis}: ${first}${formatCount(count)}`,
    items: examples.map(({ original, changed }) => ({ lines: [side(original), side(changed)] })),
    inTerminal: 3,
  };
}

const mark = ({ verdict }: GroupDifference): string => (verdict === 'no-evidence' ? '' : ' *');

function isFair({ systems: [system] }: CounterfactualResults, limit: number): Finding | undefined {
  if (system === undefined || system.axes.length === 0) return undefined;
  const parts = system.axes.map(({ axis, pairs, flips: { pairs: count, high } }) => {
    return `${axis}: ${count} of ${plural(pairs, 'pairs')} flip, at most ${formatPercent(high)}`;
  });
  return {
    isPassed: system.axes.every(({ flips: { high } }) => high <= limit),
    message: `${parts.join('; ')}; allowed ${formatPercent(limit)}`,
    fix: 'train on rows and their counterfactuals together, or measure on more pairs',
  };
}
