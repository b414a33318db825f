import type { Example } from '../../data/index.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import { trainedTokens } from '../../answering/tasks/rows/trained-tokens.ts';
import type { Tokenizer } from '../../models/text/index.ts';
import type { Measure } from '../../training/evaluate-losses.ts';
import type { Objective } from '../../training/objective.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { PreparedSplit } from '../rows/prepare-rows.ts';

interface Measured {
  objective: Objective;
  tokenizer: Tokenizer;
  examples: readonly Example[];
}

/**
 * Metrics of a recipe that only need the likelihood of each row's trained text (perplexity, bits per byte). Metrics of
 * answers are computed once, in the final comparison.
 */
export async function likelihoodMeasure(
  specs: readonly MetricSpec[] | undefined,
  { rows, rowOf }: PreparedSplit,
  { objective, tokenizer, examples }: Measured,
): Promise<Measure | undefined> {
  // Per-token metrics do not apply to losses per row, or over only some tokens.
  const isOfTokens = objective.unit === 'tokens' && objective.task === 'causal-lm';
  if (specs === undefined || !isOfTokens || rows.length === 0) return undefined;
  const created = await Promise.all(specs.map((spec) => createMetric(spec)));
  const chosen = specs.filter((_, i) => created[i].definition.reads === 'likelihood');
  if (chosen.length === 0) return undefined;
  const sizes = rows.map((row) => ({ tokens: trainedTokens(row), bytes: bytesOf(row, tokenizer) }));
  return async (perRow) => {
    const metrics = await Promise.all(chosen.map((spec) => createMetric(spec)));
    for (const [i, { tokens, bytes }] of sizes.entries()) {
      const likelihood = { negativeLogLikelihood: perRow[i] * tokens, tokens, bytes };
      for (const { metric } of metrics) metric.add({ id: rows[i].id, likelihood }, examples[rowOf[i]]);
    }
    return Object.fromEntries(metrics.map(({ name, metric }) => [name, metric.result().value]));
  };
}

/** UTF-8 bytes of the trained text, without end tokens. */
function bytesOf({ ids, trained }: PreparedRow, tokenizer: Tokenizer): number {
  const text = ids.filter((_, place) => place > 0 && trained[place] === 1);
  return Math.max(1, Buffer.byteLength(tokenizer.decode(text, { skipSpecialTokens: true })));
}
