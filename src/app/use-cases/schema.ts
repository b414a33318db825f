import type { z } from 'zod';
import { fields, flagNotes, type FlagNotes, type Shape } from './fields.ts';
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
  /** How an option is typed. */
  flag?: FlagNotes;
  schema: z.ZodType;
}

export function fieldsOf(useCase: UseCase): FieldDescription[] {
  const places = (useCase.arguments?.(fields) ?? []).map(({ name, summary, required, schema }) => ({
    name,
    summary,
    isArgument: true,
    isRequired: required,
    isInMemory: false,
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
      schema,
      flag,
    };
  });
  return [...places, ...options];
}

/** JSON schema of the `--json` output; undefined if the use case declares none. */
export async function outputSchema(useCase: UseCase): Promise<Record<string, unknown> | undefined> {
  const schema = await useCase.result?.();
  return schema && fields.z.toJSONSchema(schema, { io: 'output' });
}

/** The input as a JSON schema, for forms and for tools that agents call. */
export function inputSchema(useCase: UseCase): Record<string, unknown> {
  const shown = fieldsOf(useCase).filter(({ isInMemory }) => !isInMemory);
  const shape: Shape = Object.fromEntries(shown.map(({ name, summary, schema }) => [name, schema.describe(summary)]));
  // Values that a program may give in place of a text have no form in JSON.
  return fields.z.toJSONSchema(fields.z.strictObject(shape), { io: 'input', unrepresentable: 'any' });
}
