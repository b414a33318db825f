/** Files for jobs. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { z } from '@hono/zod-openapi';
import { addFile, fetchFile, filesOf, newId, removeFile, type StoredFile } from '../../store/registry/index.ts';
import { invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { checked } from '../check-body.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { checkFields } from '../fields.ts';
import { storeForm } from '../multipart.ts';
import { readQuery } from '../query.ts';
import { bytesOf } from '../../base/byte-size.ts';
import { checkStorage, fileOf, trainingOf } from '../training/access.ts';
import { listPage, listReply, orderField, pageFields, seconds } from '../replies/lists.ts';

/** Allowed purposes of an upload. */
export const PURPOSES = ['fine-tune', 'batch', 'evals', 'user_data', 'assistants', 'vision'] as const;

export const fileReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('file'),
    bytes: z.number().int(),
    created_at: z.number().int(),
    expires_at: z.number().int().optional(),
    filename: z.string(),
    purpose: z.enum([...PURPOSES, 'fine-tune-results', 'batch_output']),
    status: z.literal('processed'),
    status_details: z.null(),
  })
  .openapi('File');

export function fileEntry(file: StoredFile): z.output<typeof fileReply> {
  return {
    id: file.id,
    object: 'file',
    bytes: file.bytes,
    created_at: seconds(file.created_at),
    ...(file.expires_at !== null && { expires_at: seconds(file.expires_at) }),
    filename: file.filename,
    purpose: file.purpose as z.output<typeof fileReply>['purpose'],
    status: 'processed',
    status_details: null,
  };
}

const HOUR = 3600;

/** Form fields other than the file. */
const fields = z.strictObject({
  purpose: z.enum(PURPOSES),
  'expires_after[anchor]': z.literal('created_at').optional(),
  'expires_after[seconds]': z.coerce
    .number()
    .int()
    .min(HOUR)
    .max(30 * 24 * HOUR)
    .optional(),
});

const form = fields.extend({ file: z.any().openapi({ type: 'string', format: 'binary' }) }).openapi('FileRequest');

const create = defineEndpoint({
  method: 'post',
  path: '/v1/files',
  tag: 'Training',
  summary: 'Upload a file',
  body: { schema: form, isForm: true },
  reply: { description: 'The file', json: fileReply },
  async handle(call) {
    const { registry } = trainingOf(call);
    await checkStorage(call, Number(call.request.headers.get('content-length') ?? 0));
    return Response.json(fileEntry(await addFile(registry, newId('file-'), (path) => received(call, path))));
  },
});

/** Receives an uploaded file at the given path. */
async function received(call: Call, path: string): Promise<Omit<StoredFile, 'id'>> {
  const { settings } = call.server;
  const limits = { mostBytes: bytesOf(settings.max_file), mostParts: settings.limits.form_parts };
  const stored = await storeForm(call.request, { field: 'file', path, ...limits });
  const { body, refusal } = checkFields(stored.fields, { schema: fields }, settings.unsupported);
  const { purpose, 'expires_after[seconds]': life } = checked(fields, body, refusal);
  if (stored.file === undefined) throw invalidValue('file', 'file is missing.', 'missing_required_parameter');
  const { filename, bytes, sha256 } = stored.file;
  await checkStorage(call, bytes);
  const now = Date.now();
  const expires_at = life ? now + life * 1000 : null;
  return { owner: call.owner, purpose, filename: basename(filename), bytes, sha256, created_at: now, expires_at };
}

const listQuery = z.strictObject({ ...pageFields(10_000, 10_000), order: orderField, purpose: z.string().optional() });

const list = defineEndpoint({
  method: 'get',
  path: '/v1/files',
  tag: 'Training',
  summary: 'List files',
  query: listQuery,
  reply: { description: 'A page of files', json: listReply(fileReply, 'FileList') },
  async handle(call: Call) {
    const { registry } = trainingOf(call);
    const query = readQuery(call, listQuery);
    const files = await filesOf(registry, call.owner);
    const wanted = files.filter(({ purpose }) => query.purpose === undefined || purpose === query.purpose);
    return listPage(wanted, query, fileEntry);
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/files/{file_id}',
  tag: 'Training',
  summary: 'Get a file',
  reply: { description: 'The file', json: fileReply },
  handle: async (call: Call) => Response.json(fileEntry(await fileOf(call, call.params.file_id))),
});

const content = defineEndpoint({
  method: 'get',
  path: '/v1/files/{file_id}/content',
  tag: 'Training',
  summary: 'Download a file',
  reply: { description: 'The file as uploaded', texts: ['application/octet-stream'] },
  async handle(call: Call) {
    const file = await fileOf(call, call.params.file_id);
    const body = Readable.toWeb(createReadStream(await fetchFile(file))) as unknown as ReadableStream<Uint8Array>;
    return new Response(body, {
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(file.bytes) },
    });
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: '/v1/files/{file_id}',
  tag: 'Training',
  summary: 'Delete a file',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ id: z.string(), object: z.literal('file'), deleted: z.literal(true) })
      .openapi('DeletedFile'),
  },
  async handle(call: Call) {
    const { id } = await fileOf(call, call.params.file_id);
    await removeFile(trainingOf(call).registry, id);
    return Response.json({ id, object: 'file', deleted: true });
  },
});

export const endpoints: readonly Endpoint[] = [create, list, retrieve, content, remove];
