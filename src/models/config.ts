import type { z } from 'zod';
import { AttuneError, type Problem } from '../base/errors.ts';
import { problemsOf } from '../base/schema-issues.ts';

/** A Hugging Face config.json as it was read: all of it is kept, so that it can be written back. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** What a configuration says of the stack that reads and writes text, which may be a part of the model. */
export function textConfigOf({ text_config: inner, ...raw }: RawConfig): RawConfig {
  return typeof inner === 'object' && inner !== null ? (inner as RawConfig) : raw;
}

/** Checks the keys that an architecture reads; all others pass. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, raw: RawConfig): z.output<Schema> {
  const result = schema.safeParse(raw);
  const counts = hugeCounts(raw);
  if (result.success && counts.length === 0) return result.data;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `The config.json of this ${String(raw.model_type)} model does not say what is needed`,
    problems: [...problemsOf(result.error?.issues ?? [], { root: raw, schema }), ...counts],
    fix: 'fetch the model again, or mend its config.json',
  });
}

/** Each of them is an object here, before any weight is looked at. */
const PARTS = /(layers?|blocks?|heads|experts|depths|hidden_sizes|conv_dim)$/;
/** Tens of times more than any published model has. */
const MOST_PARTS = 16_384;

/** Counts of parts that no model has, in the configurations of its parts too. */
function hugeCounts(raw: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(raw).flatMap(([key, value]): Problem[] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return hugeCounts(value as Record<string, unknown>).map((one) => ({ ...one, field: `${key}.${one.field}` }));
    if (!PARTS.test(key)) return [];
    const values: unknown[] = Array.isArray(value) ? [...value, value.length] : [value];
    const huge = values.find((one) => typeof one === 'number' && one > MOST_PARTS);
    return huge === undefined
      ? []
      : [{ field: key, message: `is ${String(huge)}: at most ${MOST_PARTS} are possible` }];
  });
}
