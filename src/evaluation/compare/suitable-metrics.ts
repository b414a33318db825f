import { isOwnForm, ownForm, type Example, type OwnFormName } from '../../data/kinds/index.ts';
import { answerForm, type AnswerForm } from '../../scoring/answer-form.ts';
import { expectedCalls, expectedText, promptText } from '../../scoring/prompt-text.ts';
import { copiedValues } from '../../scoring/metrics/copied-values.ts';
import { isUneven, labelCounts, rareOfTwo } from '../rare-classes.ts';
import { metrics as registry, type MetricName } from '../../scoring/metrics/index.ts';

/** Plain data. */
interface NamedMetric {
  metric: MetricName;
  /** The class to find. */
  positive?: string;
}

/** For forms that several kinds of rows have; all others are declared with their kind. */
const byForm: Record<Exclude<AnswerForm['kind'], OwnFormName>, readonly NamedMetric[]> = {
  classes: [
    { metric: 'accuracy' },
    { metric: 'macro_f1' },
    { metric: 'log_loss' },
    { metric: 'ece' },
    { metric: 'confusion' },
  ],
  labels: [
    { metric: 'micro_f1' },
    { metric: 'macro_f1' },
    { metric: 'accuracy' },
    { metric: 'average_precision' },
    { metric: 'log_loss' },
    { metric: 'ece' },
  ],
  json: [{ metric: 'json_fields' }, { metric: 'exact_match' }, { metric: 'json_validity' }],
  short: [{ metric: 'exact_match' }, { metric: 'token_f1' }, { metric: 'edit_similarity' }],
  long: [{ metric: 'chrf' }, { metric: 'rouge_l' }, { metric: 'exact_match' }],
  text: [{ metric: 'bits_per_byte' }, { metric: 'perplexity' }],
};

/** An answer that is none is right or wrong, so one of its metrics tells as much as both. */
const OF_BOTH_KINDS: readonly NamedMetric[] = [
  { metric: 'has_answer_f1' },
  { metric: 'has_answer_exact_match' },
  { metric: 'no_answer_f1' },
];

/** Always answering the other class is nearly right: what counts is how well the rare one is found. */
function ofRareClass(positive: string): readonly NamedMetric[] {
  return [
    { metric: 'average_precision', positive },
    { metric: 'macro_f1', positive },
    { metric: 'recall_at_precision', positive },
    { metric: 'balanced_accuracy' },
    ...byForm.classes.filter(({ metric }) => metric !== 'macro_f1'),
  ];
}

/** Where a class has few rows, accuracy says little of it. */
function ofClasses(examples: readonly Example[]): readonly NamedMetric[] {
  const counts = labelCounts(examples);
  const rare = rareOfTwo(counts);
  if (rare !== undefined) return ofRareClass(rare);
  if (counts.size < 2 || !isUneven(counts)) return byForm.classes;
  const [accuracy, macroF1, ...rest] = byForm.classes;
  return [accuracy, macroF1, { metric: 'balanced_accuracy' }, ...rest];
}

function ofForm(kind: keyof typeof byForm, examples: readonly Example[]): readonly NamedMetric[] {
  return kind === 'classes' ? ofClasses(examples) : byForm[kind];
}

/** Those that a kind of rows names; a test holds that all of them are known. */
function named(names: readonly string[] = []): NamedMetric[] {
  return names.filter((name) => registry.has(name)).map((metric) => ({ metric }));
}

function isUnanswered(example: Example): boolean {
  return example.kind === 'question' && example.answers?.length === 0;
}

/** Answers that are written. */
const WRITTEN: ReadonlySet<AnswerForm['kind']> = new Set(['json', 'short', 'long']);

/** Rows that are looked at for values that their answers copy, and the share of them from which on copying is measured. */
const LOOKED_AT = 500;
const COPYING_SHARE = 0.05;

/** Where written answers take numbers, codes or names from their prompts, overlap says little of whether they are right. */
function withCopied(metrics: readonly NamedMetric[], examples: readonly Example[]): readonly NamedMetric[] {
  const rows = examples.slice(0, LOOKED_AT);
  const copying = rows.filter((row) => copiedValues(promptText(row), expectedText(row) ?? '').length > 0);
  if (copying.length < COPYING_SHARE * rows.length) return metrics;
  return [metrics[0], { metric: 'copied' }, ...metrics.slice(1)];
}

const OF_CALLS: readonly NamedMetric[] = [{ metric: 'tool_arguments' }, { metric: 'tool_name' }];

/** Share of answers with calls from which on these decide: between them people greet and thank. */
const CALLING_SHARE = 0.2;

/** Calls of tools are compared as calls; they decide where at least a fifth of the answers are some. */
function withCalls(examples: readonly Example[], metrics: readonly NamedMetric[]): readonly NamedMetric[] {
  const calling = examples.filter((example) => (expectedCalls(example) ?? []).length > 0).length;
  if (calling === 0) return metrics;
  return calling >= CALLING_SHARE * examples.length ? [...OF_CALLS, ...metrics] : [...metrics, ...OF_CALLS];
}

/** Metrics without those of calls, where no row calls a tool that they could be computed from. */
export function computableOn<Metric extends object>(
  metrics: readonly Metric[],
  examples: readonly Example[],
): readonly Metric[] {
  if (examples.some((example) => (expectedCalls(example) ?? []).length > 0)) return metrics;
  return metrics.filter((one) => !('metric' in one) || OF_CALLS.every(({ metric }) => metric !== one.metric));
}

/** Metrics that suit the answers' form; bits per byte besides, for the systems that know how likely an answer is. */
export function suitableMetrics(examples: readonly Example[]): readonly NamedMetric[] {
  const { kind } = answerForm(examples);
  const own = ownForm(kind);
  const unanswered = examples.some(isUnanswered) ? OF_BOTH_KINDS : [];
  const suited = isOwnForm(kind) ? [...named(own?.metrics), ...unanswered] : ofForm(kind, examples);
  const metrics = withCalls(examples, WRITTEN.has(kind) ? withCopied(suited, examples) : suited);
  if (own?.hasLikelihood === false) return metrics;
  const likelihood: NamedMetric = { metric: 'bits_per_byte' };
  const hasLikelihood = metrics.some(({ metric }) => metric === likelihood.metric);
  return hasLikelihood ? metrics : [...metrics, likelihood];
}
