/** Files uploaded in parts. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { z } from '@hono/zod-openapi';
import { FileDraft } from '../../files/file-draft.ts';
import {
  addFile,
  addPart as keepPart,
  addUpload,
  endUpload,
  fetchPart,
  findUpload,
  newId,
  partsOf,
  type Registry,
  type StoredFile,
  type Upload,
  type UploadPart,
} from '../../store/registry/index.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { storeForm } from '../multipart.ts';
import { checkStorage, notFound, trainingOf } from '../training/access.ts';
import { seconds } from '../replies/lists.ts';
import { fileEntry, fileReply, PURPOSES } from './files.ts';

const HOUR = 3_600_000;
const MOST_BYTES = 8 * 2 ** 30;
const MOST_PART = 64 * 2 ** 20;

const request = z
  .strictObject({
    filename: z.string().min(1).max(255),
    purpose: z.enum(PURPOSES),
    bytes: z.number().int().positive().max(MOST_BYTES),
    mime_type: z.string().max(255),
  })
  .openapi('UploadRequest');

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('upload'),
    bytes: z.number().int(),
    created_at: z.number().int(),
    expires_at: z.number().int(),
    filename: z.string(),
    purpose: z.string(),
    status: z.enum(['pending', 'completed', 'cancelled', 'expired']),
    file: fileReply.nullable(),
  })
  .openapi('Upload');

function uploadEntry(upload: Upload, file?: StoredFile): z.output<typeof reply> {
  const isExpired = upload.status === 'pending' && upload.expires_at < Date.now();
  return {
    id: upload.id,
    object: 'upload',
    bytes: upload.bytes,
    created_at: seconds(upload.created_at),
    expires_at: seconds(upload.expires_at),
    filename: upload.filename,
    purpose: upload.purpose,
    status: isExpired ? 'expired' : (upload.status as 'pending'),
    file: file === undefined ? null : fileEntry(file),
  };
}

const create = defineEndpoint({
  method: 'post',
  path: '/v1/uploads',
  tag: 'Training',
  summary: 'Start a multipart upload, to be completed within an hour',
  body: { schema: request, unsupported: { expires_after: [] } },
  reply: { description: 'The upload', json: reply },
  async handle(call) {
    const { registry } = trainingOf(call);
    await checkStorage(call, call.body.bytes);
    const now = Date.now();
    const made = { id: newId('upload_'), owner: call.owner, status: 'pending', file: null };
    const upload = {
      ...made,
      ...call.body,
      filename: basename(call.body.filename),
      created_at: now,
      expires_at: now + HOUR,
    };
    return Response.json(uploadEntry(await addUpload(registry, upload)));
  },
});

/** Uploads whose parts are being concatenated. */
const joining = new Set<string>();

/** @throws ApiError 400 for a completed upload, 404 */
async function openUpload(call: Call): Promise<Upload> {
  const { upload_id: id } = call.params;
  const upload = await findUpload(trainingOf(call).registry, id, call.owner);
  if (upload === undefined) throw notFound('upload', id);
  const status = joining.has(id) ? 'being completed' : uploadEntry(upload).status;
  if (status === 'pending') return upload;
  throw new ApiError(400, { message: `The upload '${id}' is ${status}.`, code: 'upload_not_pending' });
}

const part = z
  .strictObject({ data: z.any().openapi({ type: 'string', format: 'binary' }) })
  .openapi('UploadPartRequest');

const addPart = defineEndpoint({
  method: 'post',
  path: '/v1/uploads/{upload_id}/parts',
  tag: 'Training',
  summary: 'Add a part of up to 64 MB',
  body: { schema: part, isForm: true },
  reply: {
    description: 'The part',
    json: z
      .strictObject({
        id: z.string(),
        object: z.literal('upload.part'),
        created_at: z.number().int(),
        upload_id: z.string(),
      })
      .openapi('UploadPart'),
  },
  async handle(call) {
    const { registry } = trainingOf(call);
    const upload = await openUpload(call);
    const sent = (await partsOf(registry, upload.id)).reduce((sum, one) => sum + one.bytes, 0);
    const mostBytes = Math.min(MOST_PART, upload.bytes - sent);
    const { id, created_at } = await keepPart(registry, newId('part_'), async (path) => {
      const { file } = await storeForm(call.request, {
        field: 'data',
        path,
        mostBytes,
        mostParts: call.server.settings.limits.form_parts,
      });
      if (file === undefined) throw invalidValue('data', 'data is missing.', 'missing_required_parameter');
      const { bytes, sha256 } = file;
      return { upload: upload.id, bytes, sha256, created_at: Date.now() };
    });
    return Response.json({ id, object: 'upload.part', created_at: seconds(created_at), upload_id: upload.id });
  },
});

const ending = z
  .strictObject({ part_ids: z.array(z.string()).min(1), md5: z.string().optional() })
  .openapi('CompleteUploadRequest');

const complete = defineEndpoint({
  method: 'post',
  path: '/v1/uploads/{upload_id}/complete',
  tag: 'Training',
  summary: 'Complete an upload from its parts, in the given order',
  body: { schema: ending },
  reply: { description: 'The upload and its file', json: reply },
  async handle(call) {
    const { registry } = trainingOf(call);
    const upload = await openUpload(call);
    const parts = await checkedParts(registry, upload, call.body.part_ids);
    joining.add(upload.id);
    try {
      const join = (path: string) => joinParts(path, { upload, parts, md5: call.body.md5 });
      const file = await addFile(registry, newId('file-'), join);
      await endUpload(registry, upload.id, { status: 'completed', file: file.id });
      return Response.json(uploadEntry({ ...upload, status: 'completed' }, file));
    } finally {
      joining.delete(upload.id);
    }
  },
});

async function checkedParts(
  registry: Registry,
  { id, bytes }: Upload,
  wanted: readonly string[],
): Promise<UploadPart[]> {
  const known = new Map((await partsOf(registry, id)).map((one) => [one.id, one]));
  const unknown = wanted.find((one, i) => !known.has(one) || wanted.indexOf(one) !== i);
  if (unknown !== undefined)
    throw invalidValue('part_ids', `'${unknown.slice(0, 100)}' is not a part of this upload, or is listed twice.`);
  const parts = wanted.map((one) => known.get(one)!);
  const sent = parts.reduce((sum, one) => sum + one.bytes, 0);
  if (sent === bytes) return parts;
  throw invalidValue('part_ids', `The parts have ${sent} bytes in total, but ${bytes} were announced.`);
}

/** Concatenates the parts without blocking other requests. @throws ApiError 400 if the MD5 differs */
async function joinParts(
  path: string,
  { upload, parts, md5 }: { upload: Upload; parts: UploadPart[]; md5: string | undefined },
): Promise<Omit<StoredFile, 'id'>> {
  const sum = md5 === undefined ? undefined : createHash('md5');
  using draft = new FileDraft(path, 0o600);
  for (const part of parts)
    for await (const chunk of createReadStream(await fetchPart(part), { highWaterMark: 1 << 20 })) {
      sum?.update(chunk as Buffer);
      draft.write(chunk as Buffer);
    }
  if (sum?.digest('hex') !== md5) throw invalidValue('md5', 'The MD5 of the assembled file does not match.');
  const { owner, purpose, filename, bytes } = upload;
  const sha256 = draft.commit();
  return { owner, purpose, filename, bytes, sha256, created_at: Date.now(), expires_at: null };
}

const cancel = defineEndpoint({
  method: 'post',
  path: '/v1/uploads/{upload_id}/cancel',
  tag: 'Training',
  summary: 'Cancel an upload',
  reply: { description: 'The upload', json: reply },
  async handle(call: Call) {
    const { registry } = trainingOf(call);
    const upload = await openUpload(call);
    await endUpload(registry, upload.id, { status: 'cancelled' });
    return Response.json(uploadEntry({ ...upload, status: 'cancelled' }));
  },
});

export const endpoints: readonly Endpoint[] = [create, addPart, complete, cancel];
