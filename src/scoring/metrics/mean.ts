import type { Statistic } from '../statistics/index.ts';
import { rowMetric, type Metric, type MetricDefinition } from './metric.ts';

/** A metric, scaled to 0…1. */
export interface Part {
  name: string;
  metric: Metric;
  definition: MetricDefinition;
}

/**
 * Unweighted mean of several metrics, each scaled to 0…1 with 1 as best, for tasks with several answers per row, such
 * as a category's accuracy and a summary's chrF.
 */
export function meanMetric(parts: readonly Part[]): Metric {
  return rowMetric(
    (prediction, example) => average(parts, (part) => part.metric.add(prediction, example)),
    (rows) => {
      const value = average(parts, (part) => part.metric.result().value);
      const details = Object.fromEntries(parts.map((part) => [part.name, part.metric.result().value]));
      return { value, details: { rows: rows.count, ...details } };
    },
    () => {
      const statistics = new Map(parts.map((part) => [part, part.metric.statistic?.() ?? rowMean(part.metric.rows)]));
      return (indices) => average(parts, (part) => statistics.get(part)!(indices));
    },
  );
}

function rowMean(rows: Float64Array): Statistic {
  return (indices) => indices.reduce((sum, index) => sum + rows[index], 0) / indices.length;
}

function average(parts: readonly Part[], valueOf: (part: Part) => number): number {
  const sum = parts.reduce((total, part) => total + toUnit(part.definition, valueOf(part)), 0);
  return sum / parts.length;
}

/** An error rate (best value 0) becomes 1 - rate, at least 0; a score is divided by its best value. */
function toUnit(definition: MetricDefinition, value: number): number {
  return definition.best === 0 ? Math.max(0, 1 - value) : value / (definition.best ?? 1);
}
