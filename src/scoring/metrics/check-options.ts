import { AttuneError } from '../../base/errors.ts';
import type { MetricDefinition, MetricOptions } from './metric.ts';

/** Inputs that may be one field of an answer: texts, classes and numbers; other inputs belong to the row. */
const ofAnswers = new Set<MetricDefinition['reads']>(['text', 'label', 'number']);

/** @throws AttuneError E_METRIC_OPTION for an option that the metric does not support, or an invalid value */
export function checkOptions({ name, reads, options }: MetricDefinition, given: MetricOptions): void {
  const known = options ?? (ofAnswers.has(reads) ? ['field'] : []);
  const unknown = Object.keys(given).filter((option) => !(known as readonly string[]).includes(option));
  if (unknown.length === 0) return checkValues(given);
  throw new AttuneError('E_METRIC_OPTION', {
    what: `The metric "${name}" has no option ${unknown.join(', ')}`,
    expected: known.length === 0 ? 'no options' : `only ${known.join(', ')}`,
    fix: 'remove it',
  });
}

/** Counts must be integers; patterns and schemas are checked by the metrics that use them. */
function checkValues({ k, bins, normalizer }: MetricOptions): void {
  for (const [option, value] of Object.entries({ k, bins })) {
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
    throw new AttuneError('E_METRIC_OPTION', {
      what: `The option ${option} must be a whole number of at least 1`,
      got: String(value),
    });
  }
  if (normalizer === undefined || ['basic', 'english'].includes(normalizer)) return;
  throw new AttuneError('E_METRIC_OPTION', {
    what: 'The option normalizer has an unknown value',
    got: String(normalizer),
    expected: 'basic or english',
  });
}
