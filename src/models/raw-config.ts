import type { z } from 'zod';
import { AttuneError, type Problem } from '../base/errors.ts';
import { problemsOf } from '../base/schema-issues.ts';

/** A Hugging Face config.json as read, with every key kept, so that it can be written back. */
export type RawConfig = Readonly<Record<string, unknown>>;

/** Configuration of the text stack, which may be nested. */
export function textConfigOf({ text_config: inner, ...raw }: RawConfig): RawConfig {
  return typeof inner === 'object' && inner !== null ? (inner as RawConfig) : raw;
}

/** Validates the keys that an architecture reads and ignores the rest. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, raw: RawConfig): z.output<Schema> {
  const result = schema.safeParse(raw);
  const sizes = hugeSizes(raw);
  if (result.success && sizes.length === 0) return result.data;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `config.json of this ${String(raw.model_type)} model is invalid`,
    problems: [...problemsOf(result.error?.issues ?? [], { root: raw, schema }), ...sizes],
    fix: 'fetch the model again, or fix its config.json',
  });
}

/** Far beyond published models. The modules are built before any weight is read, so a huge value would exhaust memory. */
const LIMITS: readonly (readonly [keys: RegExp, most: number])[] = [
  [/(layers?|blocks?|heads|experts|depths|hidden_sizes|conv_dim)$/, 2 ** 14],
  [/(^dim|_size|_dim|_rank|_width|_channels|_ff|_kv|n_embd|n_inner|d_model)$/, 2 ** 24],
];

/** Implausibly large sizes, in nested configurations too. */
function hugeSizes(raw: Readonly<Record<string, unknown>>): Problem[] {
  return Object.entries(raw).flatMap(([key, value]): Problem[] => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return hugeSizes(value as Record<string, unknown>).map((one) => ({ ...one, field: `${key}.${one.field}` }));
    const most = LIMITS.find(([keys]) => keys.test(key))?.[1] ?? Infinity;
    const values: unknown[] = Array.isArray(value) ? [...value, value.length] : [value];
    const huge = values.find((one) => typeof one === 'number' && one > most);
    return huge === undefined ? [] : [{ field: key, message: `is ${String(huge)}, but at most ${most} is supported` }];
  });
}
