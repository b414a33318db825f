import type { z } from 'zod';
import { AttuneError, type Problem } from '../base/errors.ts';
import { problemsOf } from '../base/schema-issues.ts';

/** A Hugging Face config.json as it was read: all of it is kept, so that it can be written back. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Configuration of the text stack, which may be a part of the model. */
export function textConfigOf({ text_config: inner, ...raw }: RawConfig): RawConfig {
  return typeof inner === 'object' && inner !== null ? (inner as RawConfig) : raw;
}

/** Checks the keys that an architecture reads; all others pass. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, raw: RawConfig): z.output<Schema> {
  const result = schema.safeParse(raw);
  const sizes = hugeSizes(raw);
  if (result.success && sizes.length === 0) return result.data;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `The config.json of this ${String(raw.model_type)} model does not say what is needed`,
    problems: [...problemsOf(result.error?.issues ?? [], { root: raw, schema }), ...sizes],
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** Each part is an object here and each width a table or more, before any weight is looked at: far beyond published models. */
const LIMITS: readonly (readonly [keys: RegExp, most: number])[] = [
  [/(layers?|blocks?|heads|experts|depths|hidden_sizes|conv_dim)$/, 2 ** 14],
  [/(^dim|_size|_dim|_rank|_width|_channels|_ff|_kv|n_embd|n_inner|d_model)$/, 2 ** 24],
];

/** Sizes that no model has, in the configurations of its parts too. */
function hugeSizes(raw: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(raw).flatMap(([key, value]): Problem[] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return hugeSizes(value as Record<string, unknown>).map((one) => ({ ...one, field: `${key}.${one.field}` }));
    const most = LIMITS.find(([keys]) => keys.test(key))?.[1] ?? Infinity;
    const values: unknown[] = Array.isArray(value) ? [...value, value.length] : [value];
    const huge = values.find((one) => typeof one === 'number' && one > most);
    return huge === undefined ? [] : [{ field: key, message: `is ${String(huge)}: at most ${most} are possible` }];
  });
}
