import type { z } from 'zod';
import { AttuneError } from './errors.ts';
import { problemsOf } from './schema-issues.ts';

/** The settings of a model's preprocessor_config.json, checked, with its defaults. @throws AttuneError E_CONFIG_BAD */
export function parseProcessorConfig<Schema extends z.ZodType>(
  schema: Schema,
  config: Readonly<Record<string, unknown>>,
): z.output<Schema> {
  const result = schema.safeParse(config);
  if (result.success) return result.data;
  throw new AttuneError('E_CONFIG_BAD', {
    what: "The model's preprocessor_config.json is invalid",
    problems: problemsOf(result.error.issues, { root: config, schema }),
    fix: 'fetch the model again, or correct the file',
  });
}
