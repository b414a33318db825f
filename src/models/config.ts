import type { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { problemsOf } from '../base/schema-issues.ts';

/** A Hugging Face config.json as it was read: all of it is kept, so that it can be written back. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Checks the keys that an architecture reads; all others pass. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, raw: RawConfig): z.output<Schema> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `The config.json of this ${String(raw.model_type)} model does not say what is needed`,
    problems: problemsOf(result.error.issues, { root: raw, schema }),
    fix: 'fetch the model again, or mend its config.json',
  });
}
