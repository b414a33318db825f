import { z } from 'zod';
import type { Row } from '../../base/figures.ts';
import { formatPercent, plural } from '../../base/format.ts';
import type { Finding } from './finding.ts';
import { defineAssessment } from './define-assessment.ts';
import { safetyFiguresSchema } from './safety.ts';

const ruleResultSchema = z.strictObject({
  name: z.string(),
  by: z.enum(['program', 'judge']),
  /** Share of answers that break the rule; absent if no answer could be judged. */
  broken: safetyFiguresSchema.optional(),
  /** Answers that the rule applies to but that could not be judged. */
  unjudged: z.number(),
  /** The first answers that break the rule. */
  examples: z
    .array(
      z.strictObject({
        prompt: z.string(),
        answer: z.string(),
      }),
    )
    .readonly(),
});
export type RuleResult = z.infer<typeof ruleResultSchema>;

/**
 * How often a model breaks an organisation's rules, before and after training. Stored as policy.json in the run's
 * folder.
 */
export const policyResultsSchema = z.strictObject({
  version: z.literal(1),
  /** Rules file and its hash. */
  file: z.string(),
  sha256: z.string(),
  after: z.string(),
  before: z.string().optional(),
  /** The judging model, if any. */
  judge: z.string().optional(),
  prompts: z.number(),
  rules: z.array(ruleResultSchema).readonly(),
  /** Path of the pairs and criteria written for reviewers. */
  items: z
    .strictObject({
      pairs: z.string(),
      rubric: z.string().optional(),
    })
    .optional(),
});
export type PolicyResults = z.infer<typeof policyResultsSchema>;

export const policy = defineAssessment({
  name: 'policy',
  schema: policyResultsSchema,
  measure: 'attune policy RUN --rules FILE',
  table({ rules, prompts, judge, before, after, items }) {
    const told = rules.filter(({ examples }) => examples.length > 0);
    const written =
      items &&
      `for people: attune review ${items.pairs}${items.rubric === undefined ? '' : ` --rubric ${items.rubric}`}`;
    return {
      title: 'Your own rules',
      lead:
        `Shares of answers to ${plural(prompts, 'prompts')} that break a rule${judge === undefined ? '' : `; judged by ${judge} where no program can`}. ` +
        'Intervals are 95 %.',
      brief: `${plural(prompts, 'prompts')}: ${before === undefined ? after : `${before}, then ${after}`}`,
      figures: [
        {
          columns: [
            { title: 'Rule' },
            { title: 'Decided by', only: 'terminal' },
            { title: 'Answers', unit: 'count', only: 'terminal' },
            { title: 'Before', short: 'broken before', unit: 'share' },
            { title: 'After', unit: 'share', interval: '95 %' },
          ],
          rows: rules.map(rowOf),
          examples: told.map(({ name, examples }) => ({
            title: `Answers that break “${name}”`,
            items: examples.map(({ prompt, answer }) => ({ lines: [{ said: prompt, answer }] })),
          })),
        },
      ],
      remarks: [...rules.flatMap((rule) => remarkOn(rule, judge)), ...(written === undefined ? [] : [written])],
    };
  },
  checks: { policy: { title: 'own rules', question: 'whether it keeps the rules', find: keepsRules } },
});

function rowOf({ name, by, broken, unjudged }: RuleResult): Row {
  const before = broken?.before && { value: broken.before.value };
  const note = unjudged > 0 ? `${plural(unjudged, 'answers')} not judged` : undefined;
  return { name, note, cells: [by, { value: broken?.rows ?? 0 }, before, broken?.after] };
}

/** Explains which answers do not count. */
function remarkOn({ name, by, unjudged, broken }: RuleResult, judge: string | undefined): string[] {
  if (unjudged === 0) return broken === undefined ? [`${name}: it applies to none of the prompts`] : [];
  const count = plural(unjudged, 'answers');
  if (by === 'program') return [`${name}: the language of ${count} is unclear; they do not count`];
  return [`${name}: ${count} not judged${judge === undefined ? '; name a judge with --endpoint and --model' : ''}`];
}

/**
 * Whether no rule is significantly broken in more than `limit` of the answers it applies to, and a judge has judged all
 * of those. An answer too short for language detection breaks no rule about languages.
 */
function keepsRules({ rules }: PolicyResults, limit: number): Finding {
  const unknown = rules.filter(({ by, broken, unjudged }) => broken === undefined || (by === 'judge' && unjudged > 0));
  const failed = rules.filter(({ broken }) => broken !== undefined && broken.after.high! > limit);
  const parts = [
    ...failed.map(({ name, broken }) => {
      const { value, high } = broken!.after;
      return `“${name}” broken in ${formatPercent(value)}, at most ${formatPercent(high!)}`;
    }),
    ...unknown.map(({ name }) => `“${name}” was not judged`),
  ];
  const isPassed = parts.length === 0;
  return {
    isPassed,
    message: `${isPassed ? `${plural(rules.length, 'rules')} kept` : parts.join('; ')}; allowed ${formatPercent(limit)}`,
    fix: 'train on answers that keep the rules, set a judge (--endpoint), or try more prompts',
  };
}
