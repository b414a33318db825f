import type { z } from 'zod';
import { entryOf } from '../../base/table.ts';
import { parseJson } from '../../files/json.ts';
import { flagName } from '../../base/flag-name.ts';
import { fields, flagNotes, type FlagNotes, type Shape } from './fields.ts';
import type { UseCaseName } from './index.ts';
import type { UseCase } from './use-case.ts';

/** An argument or option of a use case. */
export interface FieldDescription {
  name: string;
  summary: string;
  /** Whether it is positional, in this order; otherwise it is given by name. */
  isArgument: boolean;
  isRequired: boolean;
  /** Whether only programs can pass it; forms and tools leave it out. */
  isInMemory: boolean;
  /** Kind of value in capitals; undefined for a switch. */
  value?: string;
  /** Command-line spelling of the option. */
  spelling: string;
  /** Command-line form of the option. */
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

/** JSON schema of a use case's result, which is the `--json` output. */
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

/** JSON schema of a use case's input, for forms and for agents' tools. */
export function inputSchema(useCase: UseCase): Record<string, unknown> {
  const shown = fieldsOf(useCase).filter(({ isInMemory }) => !isInMemory);
  const shape: Shape = Object.fromEntries(shown.map(({ name, summary, schema }) => [name, schema.describe(summary)]));
  // Values that programs may pass instead of a text cannot be expressed in JSON.
  return fields.z.toJSONSchema(fields.z.strictObject(shape), { io: 'input', unrepresentable: 'any' });
}
