import { parseJson } from '../../files/json.ts';
import type { JsonSchema, MetricDefinition } from './metric.ts';
import { rowMetric } from './metric.ts';
import { validatorOf } from './json-schema.ts';

/**
 * Share of answers that are JSON and meet a JSON schema, with the reasons of those that do not and how often each
 * was met. Without a schema any JSON value will do.
 * @throws AttuneError E_JSON_SCHEMA for a schema that is none
 */
export const schemaValidity: MetricDefinition = {
  name: 'schema_validity',
  title: 'meets the schema',
  better: 'higher',
  best: 1,
  reads: 'text',
  checksForm: true,
  options: ['schema'],
  create({ schema = {} } = {}) {
    const fault = faultFinder(schema);
    const faults = new Map<string, number>();
    return rowMetric(
      ({ text = '' }) => {
        const found = fault(text);
        if (found !== undefined) faults.set(found, (faults.get(found) ?? 0) + 1);
        return found === undefined ? 1 : 0;
      },
      (rows) => ({ value: rows.mean(), details: { rows: rows.count, faults: Object.fromEntries(faults) } }),
    );
  },
};

function faultFinder(schema: JsonSchema): (text: string) => string | undefined {
  const validate = validatorOf(schema);
  return (text) => {
    let value: unknown;
    try {
      value = parseJson(text);
    } catch {
      return 'not JSON';
    }
    return validate(value);
  };
}
