import type { JsonSchema } from './schema/json-schema.ts';

/** What an answer is restricted to: JSON that fits a schema, a text that an expression matches as a whole, or one of a list. */
export type ConstraintSpec = { schema: JsonSchema } | { regex: string } | { choices: readonly string[] };
