/** Batches: files of requests that are answered at low priority. */
import { z } from '@hono/zod-openapi';
import {
  addBatch,
  BATCH_STATES,
  batchCounts,
  batchesOf,
  isBatchOpen,
  moveBatch,
  type Batch,
  type BatchStatus,
  type Registry,
} from '../../store/registry/index.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import { checkOpenBatches, fileOf, notFound, trainingOf } from '../training/access.ts';
import { listReply, metadataField, pageFields, pageReply, seconds } from '../replies/lists.ts';
import { pageOf } from '../../store/registry/index.ts';
import { endpoint as chatCompletions } from './chat-completions.ts';
import { endpoint as completions } from './completions.ts';
import { endpoint as embeddings } from './embeddings.ts';
import { endpoint as responses } from './responses.ts';

/** Endpoints allowed in a batch. */
export const batchEndpoints: readonly Endpoint[] = [chatCompletions, completions, responses, embeddings];

const HOUR = 3600;
const WINDOW = 24 * HOUR;
/** A client's retry within this time returns the first attempt's batch. */
const RETRY_WITHIN = 10 * 60_000;

const request = z
  .strictObject({
    input_file_id: z.string(),
    endpoint: z.enum(batchEndpoints.map(({ path }) => path)),
    completion_window: z.literal('24h'),
    metadata: metadataField.default({}),
    output_expires_after: z
      .strictObject({
        anchor: z.literal('created_at'),
        seconds: z
          .number()
          .int()
          .min(HOUR)
          .max(30 * 24 * HOUR),
      })
      .optional(),
  })
  .openapi('BatchRequest');

const time = z.number().int().nullable();
const fault = z.strictObject({
  code: z.string(),
  message: z.string(),
  line: z.number().int().nullable(),
  param: z.string().nullable(),
});

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('batch'),
    endpoint: z.string(),
    errors: z.strictObject({ object: z.literal('list'), data: z.array(fault) }).nullable(),
    input_file_id: z.string(),
    completion_window: z.literal('24h'),
    status: z.enum(BATCH_STATES),
    output_file_id: z.string().nullable(),
    error_file_id: z.string().nullable(),
    created_at: z.number().int(),
    in_progress_at: time,
    expires_at: time,
    finalizing_at: time,
    completed_at: time,
    failed_at: time,
    expired_at: time,
    cancelling_at: time,
    cancelled_at: time,
    request_counts: z.strictObject({
      total: z.number().int(),
      completed: z.number().int(),
      failed: z.number().int(),
    }),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi('Batch');

async function entryOf(registry: Registry, batch: Batch): Promise<z.output<typeof reply>> {
  const at = (status: BatchStatus) => (batch.times[status] === undefined ? null : seconds(batch.times[status]));
  const { completed, failed } = isBatchOpen(batch) ? await batchCounts(registry, batch.id) : batch;
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    errors: batch.errors.length === 0 ? null : { object: 'list', data: batch.errors },
    input_file_id: batch.input_file,
    completion_window: '24h',
    status: batch.status,
    output_file_id: batch.output_file,
    error_file_id: batch.error_file,
    created_at: seconds(batch.created_at),
    in_progress_at: at('in_progress'),
    expires_at: seconds(batch.expires_at),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: { total: batch.total, completed, failed },
    metadata: batch.metadata,
  };
}

/** @throws ApiError 404 */
async function batchOf(call: Call): Promise<Batch> {
  const { batch_id: id } = call.params;
  const found = (await batchesOf(trainingOf(call).registry, call.owner)).find((batch) => batch.id === id);
  if (found === undefined) throw notFound('batch', id);
  return found;
}

const create = defineEndpoint({
  method: 'post',
  path: '/v1/batches',
  tag: 'Training',
  summary: 'Process the requests of a file at low priority',
  body: { schema: request },
  reply: { description: 'The batch; its file is validated next', json: reply },
  async handle(call) {
    const { registry, batches } = trainingOf(call);
    const { body, owner, fingerprint } = call;
    const known = Number(call.request.headers.get('x-stainless-retry-count')) > 0;
    const recent = Date.now() - RETRY_WITHIN;
    const first = (known ? await batchesOf(registry, owner) : []).findLast(
      (batch) => batch.fingerprint === fingerprint && batch.created_at > recent,
    );
    if (first !== undefined) return Response.json(await entryOf(registry, first));
    const file = await fileOf(call, body.input_file_id, 'input_file_id');
    if (file.purpose !== 'batch')
      throw invalidValue('input_file_id', `The file was uploaded for ${file.purpose}; upload it with purpose batch.`);
    await checkOpenBatches(call);
    const batch = await addBatch(registry, {
      owner,
      endpoint: body.endpoint,
      input_file: file.id,
      metadata: body.metadata,
      file_seconds: body.output_expires_after?.seconds ?? null,
      fingerprint,
      expires_at: Date.now() + WINDOW * 1000,
    });
    batches.wake();
    return Response.json(await entryOf(registry, batch));
  },
});

const listQuery = z.strictObject(pageFields(20, 100));

const list = defineEndpoint({
  method: 'get',
  path: '/v1/batches',
  tag: 'Training',
  summary: 'List batches, newest first',
  query: listQuery,
  reply: { description: 'A page of batches', json: listReply(reply, 'BatchList') },
  async handle(call: Call) {
    const { registry } = trainingOf(call);
    const query = { ...readQuery(call, listQuery), order: 'desc' as const };
    const page = pageOf(await batchesOf(registry, call.owner), query);
    const entries = await Promise.all((page?.rows ?? []).map((batch) => entryOf(registry, batch)));
    return pageReply(page && { ...page, rows: entries }, query, (entry) => entry);
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/batches/{batch_id}',
  tag: 'Training',
  summary: 'Get a batch',
  reply: { description: 'The batch', json: reply },
  handle: async (call: Call) => Response.json(await entryOf(trainingOf(call).registry, await batchOf(call))),
});

const cancel = defineEndpoint({
  method: 'post',
  path: '/v1/batches/{batch_id}/cancel',
  tag: 'Training',
  summary: 'Cancel a batch; finished answers are kept',
  reply: { description: 'The batch', json: reply },
  async handle(call: Call) {
    const batch = await batchOf(call);
    const { registry, batches } = trainingOf(call);
    if (!(await moveBatch(registry, batch, { status: 'cancelling' }, ['validating', 'in_progress']))) {
      const { status } = await batchOf(call);
      if (status !== 'cancelling')
        throw new ApiError(400, { message: `The batch '${batch.id}' is ${status}.`, code: 'invalid_batch_status' });
    }
    batches.wake();
    return Response.json(await entryOf(registry, await batchOf(call)));
  },
});

export const endpoints: readonly Endpoint[] = [create, list, retrieve, cancel];
