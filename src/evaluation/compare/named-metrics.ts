import { unknownName } from '../../base/registry.ts';
import { metrics, type MetricSpec } from '../../scoring/metrics/index.ts';

/** Metrics as users write them: `accuracy`, or `category:accuracy` of one field of JSON answers. @throws E_UNKNOWN_METRIC */
export function namedMetrics(names: readonly string[]): MetricSpec[] {
  return names.map((text) => {
    const [metric, field] = text.trim().split(':').toReversed();
    if (!metrics.has(metric)) throw unknownName(metrics.kind, 'E_UNKNOWN_METRIC', metric, metrics.names);
    return { metric, ...(field !== undefined && { field }) };
  });
}
