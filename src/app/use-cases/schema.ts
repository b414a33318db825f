import type { z } from 'zod';
import { entryOf } from '../../base/table.ts';
import { parseJson } from '../../files/json.ts';
import { flagName } from '../../base/flag-name.ts';
import { fields, flagNotes, type FlagNotes, type Shape } from './fields.ts';
import type { UseCaseName } from './index.ts';
import type { UseCase } from './use-case.ts';

/** One argument or option. */
export interface FieldDescription {
  name: string;
  summary: string;
  /** By position, in this order, before what is given by name. */
  isArgument: boolean;
  isRequired: boolean;
  /** Only programs can give it; forms and tools leave it out. */
  isInMemory: boolean;
  /** The kind of value, in capitals; undefined for a switch. */
  value?: string;
  /** The flag of an option, as it is typed. */
  spelling: string;
  /** How an option is typed. */
  flag?: FlagNotes;
  schema: z.ZodType;
}

export function fieldsOf(useCase: UseCase): FieldDescription[] {
  const places = (useCase.arguments?.(fields) ?? []).map(({ name, value, summary, required, schema }) => ({
    name,
    summary,
    isArgument: true,
    isRequired: required,
    isInMemory: false,
    value,
    spelling: flagName(name),
    schema,
  }));
  const options = Object.entries(useCase.options?.(fields) ?? {}).map(([name, schema]) => {
    const flag = flagNotes(schema);
    return {
      name,
      summary: flag?.summary ?? '',
      isArgument: false,
      isRequired: !schema.safeParse(undefined).success,
      isInMemory: flag?.inMemory ?? false,
      value: flag?.value,
      spelling: flag?.flag ?? flagName(name),
      schema,
      flag,
    };
  });
  return [...places, ...options];
}

type JsonSchema = Readonly<Record<string, unknown>>;

interface ResultSchemas {
  results: Record<string, JsonSchema>;
  $defs: Record<string, JsonSchema>;
}

let parsed: Promise<ResultSchemas> | undefined;

/** JSON schema of what a use case gives: the `--json` output. */
export async function outputSchema(name: UseCaseName): Promise<JsonSchema> {
  parsed ??= import('./results.generated.ts').then(({ resultSchemas }) => parseJson(resultSchemas) as ResultSchemas);
  const { results, $defs: all } = await parsed;
  const used = new Map<string, JsonSchema>();
  const gather = (from: JsonSchema): void => {
    for (const [, named] of JSON.stringify(from).matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if (used.has(named)) continue;
      const schema = entryOf(all, named);
      used.set(named, schema);
      gather(schema);
    }
  };
  const result = results[name];
  gather(result);
  const [, whole] = /^#\/\$defs\/(\w+)$/.exec(String(result.$ref)) ?? [];
  return { ...(whole === undefined ? result : entryOf(all, whole)), $defs: Object.fromEntries(used) };
}

/** The input as a JSON schema, for forms and for tools that agents call. */
export function inputSchema(useCase: UseCase): Record<string, unknown> {
  const shown = fieldsOf(useCase).filter(({ isInMemory }) => !isInMemory);
  const shape: Shape = Object.fromEntries(shown.map(({ name, summary, schema }) => [name, schema.describe(summary)]));
  // Values that a program may give in place of a text have no form in JSON.
  return fields.z.toJSONSchema(fields.z.strictObject(shape), { io: 'input', unrepresentable: 'any' });
}
