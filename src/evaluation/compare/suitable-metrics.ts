import { isOwnForm, ownForm, type Example, type OwnFormName } from '../../data/kinds/index.ts';
import { answerForm, type AnswerForm } from '../../scoring/answer-form.ts';
import { expectedCalls, expectedText, promptText, rowLabels } from '../../scoring/prompt-text.ts';
import { copiedValues } from '../../scoring/metrics/copied-values.ts';
import { isUneven, labelCounts, rareOfTwo } from '../rare-classes.ts';
import { metrics as registry, type MetricName } from '../../scoring/metrics/index.ts';

/** Plain data. */
interface NamedMetric {
  metric: MetricName;
  /** The positive class. */
  positive?: string;
}

/** Metrics of answer forms shared by several kinds of rows; kinds declare the others themselves. */
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

/** "No answer" is either right or wrong, so one of its metrics is enough. */
const OF_BOTH_KINDS: readonly NamedMetric[] = [
  { metric: 'has_answer_f1' },
  { metric: 'has_answer_exact_match' },
  { metric: 'no_answer_f1' },
];

/** For a rare class: always predicting the other class is almost always right, so finding the rare class counts. */
function ofRareClass(positive: string): readonly NamedMetric[] {
  return [
    { metric: 'average_precision', positive },
    { metric: 'macro_f1', positive },
    { metric: 'recall_at_precision', positive },
    { metric: 'balanced_accuracy' },
    ...byForm.classes.filter(({ metric }) => metric !== 'macro_f1'),
  ];
}

/** Accuracy says little about a class with few rows. */
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

/** Metrics that a kind of rows names; a test checks that all of them exist. */
function named(names: readonly string[] = []): NamedMetric[] {
  return names.filter((name) => registry.has(name)).map((metric) => ({ metric }));
}

function isUnanswered(example: Example): boolean {
  return example.kind === 'question' && example.answers?.length === 0;
}

/** Generated answers. */
const WRITTEN: ReadonlySet<AnswerForm['kind']> = new Set(['json', 'short', 'long']);

/**
 * Number of rows checked for values that their answers copy, and the share of copying rows from which copying is
 * measured.
 */
const LOOKED_AT = 500;
const COPYING_SHARE = 0.05;

/**
 * If generated answers take numbers, codes or names from their prompts, overlap metrics say little about correctness.
 */
function withCopied(metrics: readonly NamedMetric[], examples: readonly Example[]): readonly NamedMetric[] {
  const rows = examples.slice(0, LOOKED_AT);
  const copying = rows.filter((row) => copiedValues(promptText(row), expectedText(row) ?? '').length > 0);
  if (copying.length < COPYING_SHARE * rows.length) return metrics;
  return [metrics[0], { metric: 'copied' }, ...metrics.slice(1)];
}

const OF_CALLS: readonly NamedMetric[] = [{ metric: 'tool_arguments' }, { metric: 'tool_name' }];

/** Minimum share of answers with tool calls for calls to decide; the other turns are small talk. */
const CALLING_SHARE = 0.2;

/** Compares tool calls as calls; they decide if at least a fifth of the answers contain one. */
function withCalls(examples: readonly Example[], metrics: readonly NamedMetric[]): readonly NamedMetric[] {
  const calling = examples.filter((example) => (expectedCalls(example) ?? []).length > 0).length;
  if (calling === 0) return metrics;
  return calling >= CALLING_SHARE * examples.length ? [...OF_CALLS, ...metrics] : [...metrics, ...OF_CALLS];
}

/** Drops metrics that these rows cannot be scored by: of tool calls if no row has one, of a class without rows. */
export function computableOn<Metric extends object>(
  metrics: readonly Metric[],
  examples: readonly Example[],
): readonly Metric[] {
  const hasCalls = examples.some((example) => (expectedCalls(example) ?? []).length > 0);
  const isOfCalls = (name: unknown) => OF_CALLS.some(({ metric }) => metric === name);
  const isScored = (label: unknown) => examples.some((example) => rowLabels(example).some((one) => one === label));
  return metrics.filter((one) => {
    if ('metric' in one && isOfCalls(one.metric)) return hasCalls;
    return !('positive' in one) || one.positive === undefined || isScored(one.positive);
  });
}

/** Metrics that suit the form of the answers, plus bits per byte for systems with likelihoods. */
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
