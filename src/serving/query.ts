/** Query parameters of a request. */
import type { z } from '@hono/zod-openapi';
import { table } from '../base/table.ts';
import type { Call } from './server-call.ts';
import { checked } from './check-body.ts';
import { checkFields } from './fields.ts';

/** `metadata[a]=b` is the field `metadata` with `{a: b}`. @throws ApiError 400 */
export function readQuery<Schema extends z.ZodType>(
  { request, server: { settings } }: Pick<Call, 'request' | 'server'>,
  schema: Schema,
): z.output<Schema> {
  const fields: Record<string, unknown> = table({});
  for (const [name, value] of new URL(request.url).searchParams) {
    const { outer, inner } = /^(?<outer>\w+)\[(?<inner>[^\]]*)\]$/.exec(name)?.groups ?? {};
    if (outer === undefined) fields[name] = value;
    else if (inner === '') fields[outer] = [...((fields[outer] as string[] | undefined) ?? []), value];
    else fields[outer] = { ...(fields[outer] as object | undefined), [inner]: value };
  }
  const { body, refusal } = checkFields(fields, { schema }, settings.unsupported);
  return checked(schema, body, refusal);
}
