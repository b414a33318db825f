import { AttuneError } from '../../base/errors.ts';
import { namedMetrics } from '../../evaluation/compare/named-metrics.ts';
import { createMetric, type MetricSpec } from '../../scoring/metrics/index.ts';
import type { MetricDefinition } from '../../scoring/metrics/metric.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { loadReference, parseReference, type ReferenceHashes, type ReferenceKind } from '../../training/reference.ts';

/** A metric in a recipe or flag: a name, a reference to a user-defined metric, or either with options. */
export type WrittenMetric = Exclude<Recipe['evaluation']['metrics'], string>[number];

const ownMetric: ReferenceKind<MetricDefinition> = {
  expected: 'a metric created by defineMetric',
  accepts(value): value is MetricDefinition {
    const { name, better, reads, create } = (value ?? {}) as Partial<MetricDefinition>;
    return [name, better, reads].every((part) => typeof part === 'string') && typeof create === 'function';
  },
};

/**
 * The metrics that a recipe names; undefined for `auto`. Metrics of answers are computed by the final comparison.
 * @throws E_METRICS_UNUSED if the recipe disables it
 */
export async function recipeMetrics({ evaluation, references }: Recipe): Promise<MetricSpec[] | undefined> {
  if (evaluation.metrics === 'auto') return undefined;
  const specs = await loadMetrics(evaluation.metrics, references);
  const created = await Promise.all(specs.map((spec) => createMetric(spec)));
  const unused = created.filter(({ definition }) => definition.reads !== 'likelihood');
  if (evaluation.baselines !== 'none' || unused.length === 0) return specs;
  throw new AttuneError('E_METRICS_UNUSED', {
    what: `evaluation.metrics contains ${unused.map(({ name }) => name).join(', ')}, which nothing would measure`,
    got: 'evaluation.baselines: none, so the result is not compared and answers no rows',
    expected: 'loss, perplexity or bits_per_byte, which are measured during training',
    fix: 'remove baselines: none, or these metrics',
  });
}

/** Resolves metrics and loads user-defined ones. @throws E_UNKNOWN_METRIC, E_REFERENCE_… */
export async function loadMetrics(
  written: readonly WrittenMetric[],
  hashes: ReferenceHashes = {},
): Promise<MetricSpec[]> {
  return Promise.all(written.map((wanted) => loadMetric(wanted, hashes)));
}

async function loadMetric(wanted: WrittenMetric, hashes: ReferenceHashes): Promise<MetricSpec> {
  if (typeof wanted !== 'string' && 'mean' in wanted) {
    return { name: wanted.name, mean: await loadMetrics(wanted.mean, hashes) };
  }
  const { metric, ...options } = typeof wanted === 'string' ? { metric: wanted.trim() } : wanted;
  if (parseReference(metric) === undefined) return { ...namedMetrics([metric])[0], ...options };
  return { metric: await loadReference(metric, hashes, ownMetric), ...options };
}
