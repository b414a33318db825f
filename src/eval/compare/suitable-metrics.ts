import type { Example } from '../../data/example.ts';
import { answerForm, type AnswerForm } from '../answer-form.ts';
import type { MetricSpec } from '../metrics/index.ts';

/** What answers are measured by: the deciding metric first. */
export interface SuitableMetrics {
  metrics: MetricSpec[];
  /** Name of the one that says with 1 and 0 whether an answer has the form asked for. */
  validity?: string;
}

const byForm: Record<AnswerForm['kind'], SuitableMetrics> = {
  classes: {
    metrics: [
      { metric: 'accuracy' },
      { metric: 'macro_f1' },
      { metric: 'log_loss' },
      { metric: 'ece' },
      { metric: 'confusion' },
    ],
  },
  json: {
    metrics: [{ metric: 'json_fields' }, { metric: 'exact_match' }, { metric: 'json_validity' }],
    validity: 'json_validity',
  },
  short: { metrics: [{ metric: 'exact_match' }, { metric: 'token_f1' }, { metric: 'edit_similarity' }] },
  long: { metrics: [{ metric: 'chrf' }, { metric: 'rouge_l' }, { metric: 'exact_match' }] },
  text: { metrics: [{ metric: 'bits_per_byte' }, { metric: 'perplexity' }] },
};

/** Metrics that suit the answers' form; bits per byte besides, for the systems that know how likely an answer is. */
export function suitableMetrics(examples: readonly Example[]): SuitableMetrics {
  const { metrics, validity } = byForm[answerForm(examples).kind];
  const likelihood: MetricSpec = { metric: 'bits_per_byte' };
  const hasLikelihood = metrics.some((spec) => 'metric' in spec && spec.metric === likelihood.metric);
  return { metrics: hasLikelihood ? metrics : [...metrics, likelihood], validity };
}
