import type { Example } from '../../data/index.ts';
import { suitableMetrics } from '../../evaluation/compare/suitable-metrics.ts';
import type { MetricName, MetricSpec } from '../../scoring/metrics/index.ts';
import type { PreferenceMeasure } from '../../answering/tasks/answers/answering.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import type { SystemSpec } from './systems/system-spec.ts';

const PREFERENCE_METRICS = {
  whole: 'preference_accuracy',
  per_token: 'preference_accuracy_per_token',
  reference: 'preference_accuracy_reference',
} as const satisfies Record<PreferenceMeasure, MetricName>;

/** The preference measure that the metric implies. */
export function measuredBy(spec: MetricSpec): PreferenceMeasure | undefined {
  const measures = Object.keys(PREFERENCE_METRICS) as PreferenceMeasure[];
  return measures.find((measure) => 'metric' in spec && spec.metric === PREFERENCE_METRICS[measure]);
}

/** Default metrics for the rows; a model trained on pairs is evaluated by the measure that it was trained with. */
export async function usualMetrics(
  [subject]: readonly SystemSpec[],
  typical: readonly Example[],
): Promise<readonly MetricSpec[]> {
  const metrics = suitableMetrics(typical);
  if (typical[0]?.kind !== 'preference' || subject?.source !== 'model') return metrics;
  const measure = readNotes(resultFolder(subject.target))?.preference;
  return measure === undefined ? metrics : [{ metric: PREFERENCE_METRICS[measure] }];
}
