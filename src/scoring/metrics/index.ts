import { AttuneError } from '../../base/errors.ts';
import { defineRegistry } from '../../base/registry.ts';
import { checkOptions } from './check-options.ts';
import { comparedLabels } from './compared.ts';
import { meanMetric } from './mean.ts';
import { classTitle } from './class-title.ts';
import type { Metric, MetricDefinition, MetricOptions } from './metric.ts';

const table = {
  loss: () => import('./likelihood.ts').then((module) => module.loss),
  perplexity: () => import('./likelihood.ts').then((module) => module.perplexity),
  bits_per_byte: () => import('./likelihood.ts').then((module) => module.bitsPerByte),
  exact_match: () => import('./answer-matches.ts').then((module) => module.exactMatch),
  token_f1: () => import('./answer-matches.ts').then((module) => module.tokenF1),
  squad_exact_match: () => import('./answer-matches.ts').then((module) => module.squadExactMatch),
  has_answer_f1: () => import('./answer-matches.ts').then((module) => module.hasAnswerF1),
  has_answer_exact_match: () => import('./answer-matches.ts').then((module) => module.hasAnswerExactMatch),
  no_answer_f1: () => import('./answer-matches.ts').then((module) => module.noAnswerF1),
  no_answer_exact_match: () => import('./answer-matches.ts').then((module) => module.noAnswerExactMatch),
  copied: () => import('./copied.ts').then((module) => module.copied),
  edit_similarity: () => import('./error-rates.ts').then((module) => module.editSimilarity),
  character_error_rate: () => import('./error-rates.ts').then((module) => module.characterErrorRate),
  word_error_rate: () => import('./error-rates.ts').then((module) => module.wordErrorRate),
  phoneme_error_rate: () => import('./error-rates.ts').then((module) => module.phonemeErrorRate),
  spoken_word_error_rate: () => import('./error-rates.ts').then((module) => module.spokenWordErrorRate),
  spoken_character_error_rate: () => import('./error-rates.ts').then((module) => module.spokenCharacterErrorRate),
  rouge_1: () => import('./rouge.ts').then((module) => module.rouge1),
  rouge_2: () => import('./rouge.ts').then((module) => module.rouge2),
  rouge_l: () => import('./rouge.ts').then((module) => module.rougeL),
  chrf: () => import('./chrf.ts').then((module) => module.chrf),
  chrf_plus_plus: () => import('./chrf.ts').then((module) => module.chrfPlusPlus),
  bleu: () => import('./bleu.ts').then((module) => module.bleu),
  pattern_match: () => import('./answer-matches.ts').then((module) => module.patternMatch),
  json_validity: () => import('./json-metrics.ts').then((module) => module.jsonValidity),
  schema_validity: () => import('./json-metrics.ts').then((module) => module.schemaValidity),
  json_fields: () => import('./json-metrics.ts').then((module) => module.jsonFields),
  tool_name: () => import('./tool-calls.ts').then((module) => module.toolName),
  tool_arguments: () => import('./tool-calls.ts').then((module) => module.toolArguments),
  accuracy: () => import('./class-metrics.ts').then((module) => module.accuracy),
  balanced_accuracy: () => import('./class-metrics.ts').then((module) => module.balancedAccuracy),
  macro_f1: () => import('./class-metrics.ts').then((module) => module.macroF1),
  micro_f1: () => import('./class-metrics.ts').then((module) => module.microF1),
  precision: () => import('./class-metrics.ts').then((module) => module.precision),
  recall: () => import('./class-metrics.ts').then((module) => module.recall),
  mcc: () => import('./class-metrics.ts').then((module) => module.matthews),
  confusion: () => import('./class-metrics.ts').then((module) => module.confusion),
  roc_auc: () => import('./ranked-classes.ts').then((module) => module.rocAuc),
  average_precision: () => import('./ranked-classes.ts').then((module) => module.averagePrecision),
  recall_at_precision: () => import('./ranked-classes.ts').then((module) => module.recallAtPrecision),
  log_loss: () => import('./probability-metrics.ts').then((module) => module.logLoss),
  brier: () => import('./probability-metrics.ts').then((module) => module.brier),
  ece: () => import('./probability-metrics.ts').then((module) => module.calibrationError),
  top_k_accuracy: () => import('./probability-metrics.ts').then((module) => module.topK),
  mae: () => import('./number-metrics.ts').then((module) => module.meanAbsoluteError),
  rmse: () => import('./number-metrics.ts').then((module) => module.rootMeanSquaredError),
  r2: () => import('./number-metrics.ts').then((module) => module.rSquared),
  pearson: () => import('./number-metrics.ts').then((module) => module.pearson),
  spearman: () => import('./spearman.ts').then((module) => module.spearman),
  entity_f1: () => import('./entities.ts').then((module) => module.entityF1),
  entity_precision: () => import('./entities.ts').then((module) => module.entityPrecision),
  entity_recall: () => import('./entities.ts').then((module) => module.entityRecall),
  tag_accuracy: () => import('./entities.ts').then((module) => module.tagAccuracy),
  recall_at_k: () => import('./ranking.ts').then((module) => module.recallAtK),
  recall_at_1: () => import('./ranking.ts').then((module) => module.recallAt1),
  recall_at_10: () => import('./ranking.ts').then((module) => module.recallAt10),
  image_recall_at_k: () => import('./ranking.ts').then((module) => module.imageRecallAtK),
  image_recall_at_1: () => import('./ranking.ts').then((module) => module.imageRecallAt1),
  image_recall_at_10: () => import('./ranking.ts').then((module) => module.imageRecallAt10),
  mrr: () => import('./ranking.ts').then((module) => module.reciprocalRank),
  ndcg: () => import('./ranking.ts').then((module) => module.discountedGain),
  coverage: () => import('./recommended.ts').then((module) => module.coverage),
  novelty: () => import('./recommended.ts').then((module) => module.novelty),
  popularity_bias: () => import('./recommended.ts').then((module) => module.popularityBias),
  preference_accuracy: () => import('./preference-accuracy.ts').then((module) => module.preferenceAccuracy),
  preference_accuracy_per_token: () => import('./preference-accuracy.ts').then((module) => module.preferencePerToken),
  preference_accuracy_reference: () =>
    import('./preference-accuracy.ts').then((module) => module.preferenceAgainstReference),
  step_accuracy: () => import('./step-metrics.ts').then((module) => module.stepAccuracy),
  step_f1: () => import('./step-metrics.ts').then((module) => module.stepF1),
  step_auc: () => import('./step-metrics.ts').then((module) => module.stepAuc),
  first_error_f1: () => import('./step-metrics.ts').then((module) => module.firstErrorF1),
  decision_accuracy: () => import('./decision-metrics.ts').then((module) => module.decisionAccuracy),
  decision_macro_f1: () => import('./decision-metrics.ts').then((module) => module.decisionMacroF1),
  decision_nll: () => import('./decision-metrics.ts').then((module) => module.decisionNll),
  decision_brier: () => import('./decision-metrics.ts').then((module) => module.decisionBrier),
  decision_rps: () => import('./decision-metrics.ts').then((module) => module.decisionRps),
  decision_ece_15: () => import('./decision-metrics.ts').then((module) => module.decisionEce),
  decision_coverage_5: () => import('./decision-metrics.ts').then((module) => module.decisionCoverage),
  decision_flip_rate: () => import('./decision-metrics.ts').then((module) => module.decisionFlips),
  decision_command_rate: () => import('./decision-metrics.ts').then((module) => module.decisionLed),
  reward: () => import('./reward.ts').then((module) => module.reward),
  latency: () => import('./usage.ts').then((module) => module.latency),
  input_tokens: () => import('./usage.ts').then((module) => module.inputTokens),
  output_tokens: () => import('./usage.ts').then((module) => module.outputTokens),
  cost_per_1000: () => import('./usage.ts').then((module) => module.cost),
} satisfies Record<string, () => Promise<MetricDefinition>>;

export type MetricName = keyof typeof table;

export const metrics = defineRegistry<MetricDefinition, MetricName>('metric', 'E_UNKNOWN_METRIC', table);

/** A metric by name or user-defined, of the whole answer or of a field of JSON answers; or a mean of several. */
export type MetricSpec =
  | (MetricOptions & { metric: MetricName | MetricDefinition; name?: string })
  | { mean: MetricSpec[]; name: string };

/** A metric ready to take rows, with its display data for reports. */
export interface NamedMetric {
  name: string;
  definition: MetricDefinition;
  metric: Metric;
}

/**
 * @throws E_UNKNOWN_METRIC; E_METRIC_OPTION for an unsupported option; E_UNBOUNDED_METRIC for a mean of metrics without
 * a common scale
 */
export async function createMetric(spec: MetricSpec, labelColumn?: string): Promise<NamedMetric> {
  if ('mean' in spec) return createMean(spec.name, spec.mean);
  const { metric: chosen, name: given, ...options } = spec;
  const definition = typeof chosen === 'string' ? await metrics.load(chosen) : chosen;
  checkOptions(definition, options);
  const name = given ?? (options.field === undefined ? definition.name : `${options.field}_${definition.name}`);
  return {
    name,
    definition: titled(definition, options, labelColumn),
    metric: definition.create(options, comparedLabels),
  };
}

/** A metric of one class names it: "F1 of fraud". */
function titled(definition: MetricDefinition, { positive }: MetricOptions, labelColumn?: string): MetricDefinition {
  if (positive === undefined) return definition;
  return { ...definition, title: `${definition.ofClass ?? definition.title} of ${classTitle(positive, labelColumn)}` };
}

async function createMean(name: string, specs: readonly MetricSpec[]): Promise<NamedMetric> {
  const parts = await Promise.all(specs.map((spec) => createMetric(spec)));
  const unbounded = parts.filter((part) => part.definition.best === undefined);
  if (unbounded.length > 0) {
    throw new AttuneError('E_UNBOUNDED_METRIC', {
      what: 'Only metrics with a best value can be averaged',
      got: unbounded.map((part) => part.name).join(', '),
      fix: 'remove them from the mean and report them separately',
    });
  }
  const metric = meanMetric(parts);
  const create = () => meanMetric(parts.map((part, i) => ({ ...part, metric: recreate(part.definition, specs[i]) })));
  return { name, metric, definition: { name, title: name, better: 'higher', best: 1, reads: 'text', create } };
}

function recreate(definition: MetricDefinition, spec: MetricSpec): Metric {
  return definition.create('metric' in spec ? spec : undefined, comparedLabels);
}
