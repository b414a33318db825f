import type { Prediction, RowUsage } from '../predictor.ts';
import { type MetricDefinition, type RowValues, missingInput, rowMetric } from './metric.ts';

/** Mean cost of an answer over rows, with quantiles. */
function usageMetric(of: { name: string; title: string; kind: keyof RowUsage; per: number }): MetricDefinition {
  return {
    name: of.name,
    title: of.title,
    better: 'lower',
    reads: 'usage',
    create: () =>
      rowMetric(
        (prediction) => of.per * (prediction.usage?.[of.kind] ?? missing(prediction, of.kind)),
        (rows) => ({ value: rows.mean(), details: { rows: rows.count, ...quantiles(rows) } }),
      ),
  };
}

export const latency = usageMetric({ name: 'latency', title: 'seconds per answer', kind: 'seconds', per: 1 });

export const inputTokens = usageMetric({
  name: 'input_tokens',
  title: 'input tokens per row',
  kind: 'inputTokens',
  per: 1,
});

export const outputTokens = usageMetric({
  name: 'output_tokens',
  title: 'output tokens per row',
  kind: 'outputTokens',
  per: 1,
});

/** In the currency of the given prices. */
export const cost = usageMetric({ name: 'cost_per_1000', title: 'cost of 1,000 answers', kind: 'cost', per: 1000 });

/** Median and 95th percentile. */
function quantiles({ view }: RowValues) {
  const sorted = view.toSorted();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  return { median: at(0.5), p95: at(0.95) };
}

function missing(prediction: Prediction, kind: string): never {
  throw missingInput(prediction, 'what each answer cost', `usage.${kind}`, {
    fix: 'use it with a predictor that counts tokens: a model, or an endpoint with prices',
  });
}
