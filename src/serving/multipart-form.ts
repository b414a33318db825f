/** Reads multipart forms. */
import { table } from '../base/table.ts';
import type { z } from '@hono/zod-openapi';
import { ApiError } from './api-error.ts';
import type { Call } from './server-call.ts';
import { checked, readBytes } from './check-body.ts';
import { checkFields, type Unsupported } from './fields.ts';
import { bytesOf } from '../base/byte-size.ts';

/** A form's fields parsed by their schema; `name[]` is a list. @throws ApiError 400, 413, 415 */
export async function readForm<Schema extends z.ZodType>(
  { request, server: { settings } }: Call,
  schema: Schema,
  { unsupported }: { unsupported?: Unsupported },
): Promise<z.output<Schema>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    const message = `The body must be a form: send content-type: multipart/form-data, not ${type === '' ? 'none' : type}.`;
    throw new ApiError(415, { message, code: 'unsupported_media_type' });
  }
  const bytes = await readBytes(request, bytesOf(settings.max_upload));
  refuseParts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), type, settings.limits.form_parts);
  const form = await new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new ApiError(400, { message: 'The form cannot be parsed.', code: 'invalid_form' });
    });
  const fields: Record<string, unknown> = table({});
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    fields[name.replace(/\[\]$/, '')] = name.endsWith('[]') ? values : values[0];
  }
  const { body, refusal } = checkFields(fields, { schema, unsupported }, settings.unsupported);
  return checked(schema, body, refusal);
}

/** Limits the number of parts, since parsing many is slow. @throws ApiError 400 */
function refuseParts(bytes: Buffer, type: string, most: number): void {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i
    .exec(type)
    ?.slice(1)
    .find((one) => one !== undefined);
  if (boundary === undefined) return;
  let parts = 0;
  for (let at = bytes.indexOf(`--${boundary}`); at >= 0; at = bytes.indexOf(`--${boundary}`, at + 1)) {
    if (++parts <= most + 1) continue;
    const message = `The form cannot be parsed: it has more than ${most} parts (form_parts).`;
    throw new ApiError(400, { message, code: 'invalid_form' });
  }
}
