import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { AttuneError } from '../../base/errors.ts';
import type { JsonSchema } from './metric.ts';

/**
 * Compiles a schema to a function that returns a value's error ("/price must be number") or undefined. Draft 2020-12
 * unless `$schema` names draft 7 or 6; unknown keywords and formats are errors, since they would be ignored. @throws
 * AttuneError E_JSON_SCHEMA
 */
export function validatorOf(schema: JsonSchema): (value: unknown) => string | undefined {
  const isOld = /draft-0[67]/.test(String(schema.$schema ?? ''));
  const options = { strictSchema: true, strictTypes: false, strictTuples: false, strictRequired: false } as const;
  const ajv = isOld ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  try {
    const validate = ajv.compile(schema);
    return (value) => {
      if (validate(value)) return undefined;
      const [error] = validate.errors ?? [];
      // Array indices are generalised, so that equal errors at different positions count together.
      const place = error.instancePath.replaceAll(/\/\d+/g, '/*');
      return `${place} ${error.message ?? error.keyword}`.trim();
    };
  } catch (error) {
    throw new AttuneError('E_JSON_SCHEMA', {
      what: 'The JSON schema cannot be used',
      got: (error as Error).message,
      fix: 'correct the schema; draft 2020-12 is assumed unless $schema says otherwise',
      cause: error,
    });
  }
}
