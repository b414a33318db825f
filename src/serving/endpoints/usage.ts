/** Usage by key, in the form of OpenAI's usage API. */
import { z } from '@hono/zod-openapi';
import { DAY, HOUR, usageOf, type Usage } from '../../store/registry/index.ts';
import { parseJson } from '../../files/json.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';

const WIDTHS = { '1h': HOUR, '1d': DAY };
const USUAL_BUCKETS = { '1h': 24, '1d': 7 };
const SECOND = 1000;

const query = z.strictObject({
  start_time: z.coerce.number().int().min(0).openapi({ description: 'Seconds since the epoch' }),
  end_time: z.coerce.number().int().min(0).optional(),
  bucket_width: z.enum(['1h', '1d']).default('1d'),
  limit: z.coerce.number().int().min(1).max(744).optional().openapi({ description: 'Buckets of a page' }),
  page: z.coerce.number().int().min(0).optional().openapi({ description: 'next_page of the previous page' }),
  group_by: z.array(z.enum(['model', 'api_key_id'])).default([]),
  models: z.array(z.string()).optional(),
  api_key_ids: z.array(z.string()).optional().openapi({ description: 'Names of keys' }),
});

const result = z.strictObject({
  object: z.literal('organization.usage.completions.result'),
  input_tokens: z.number().int(),
  input_cached_tokens: z.number().int(),
  output_tokens: z.number().int(),
  num_model_requests: z.number().int(),
  model: z.string().nullable(),
  api_key_id: z.string().nullable(),
  project_id: z.null(),
  user_id: z.null(),
  batch: z.null(),
});

const reply = z
  .strictObject({
    object: z.literal('page'),
    data: z.array(
      z.strictObject({
        object: z.literal('bucket'),
        start_time: z.number().int(),
        end_time: z.number().int(),
        results: z.array(result),
      }),
    ),
    has_more: z.boolean(),
    next_page: z.string().nullable(),
  })
  .openapi('UsagePage');

type Asked = z.output<typeof query>;

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/organization/usage/completions',
  tag: 'Monitoring',
  summary: 'Requests and tokens per key, for all kinds of models, by hour or day',
  isAdmin: true,
  query,
  reply: { description: 'A page of buckets', json: reply },
  async handle(call: Call) {
    const { ledger, usage } = call.server;
    if (ledger === undefined) throw notKept();
    const asked = readQuery(call, query);
    const width = WIDTHS[asked.bucket_width];
    const start = Math.floor(Math.max(asked.start_time, asked.page ?? 0) / (width / SECOND)) * width;
    const end = Math.max(start, (asked.end_time ?? Math.ceil(Date.now() / SECOND)) * SECOND);
    const most = asked.limit ?? USUAL_BUCKETS[asked.bucket_width];
    const count = Math.min(most, Math.ceil((end - start) / width));
    await usage.flush();
    const to = Math.min(end, start + count * width);
    const rows = await usageOf(ledger, { from: start, to, keys: asked.api_key_ids, models: asked.models });
    const byBucket = Map.groupBy(rows, ({ hour }) => Math.floor(Number(hour) / width) * width);
    const data = Array.from({ length: count }, (_, index) => {
      const at = start + index * width;
      const results = resultsOf(byBucket.get(at) ?? [], asked.group_by);
      return { object: 'bucket' as const, start_time: at / SECOND, end_time: (at + width) / SECOND, results };
    });
    const hasMore = start + count * width < end;
    const next = hasMore ? String((start + count * width) / SECOND) : null;
    return Response.json({ object: 'page', data, has_more: hasMore, next_page: next } satisfies z.output<typeof reply>);
  },
});

function notKept(): ApiError {
  const message = 'This server does not record usage. It does with --api-keys, the registry or training.';
  return new ApiError(404, { message, code: 'usage_not_kept' });
}

function resultsOf(rows: readonly Usage[], groups: Asked['group_by']): z.output<typeof result>[] {
  const [byModel, byKey] = [groups.includes('model'), groups.includes('api_key_id')];
  const named = Map.groupBy(rows, ({ model, key }) => JSON.stringify([byModel ? model : null, byKey ? key : null]));
  return [...named].map(([name, those]) => {
    const [model, key] = parseJson<[string | null, string | null]>(name);
    const sum = (field: 'requests' | 'input_tokens' | 'cached_tokens' | 'output_tokens') =>
      those.reduce((total, row) => total + Number(row[field]), 0);
    return {
      object: 'organization.usage.completions.result',
      input_tokens: sum('input_tokens'),
      input_cached_tokens: sum('cached_tokens'),
      output_tokens: sum('output_tokens'),
      num_model_requests: sum('requests'),
      model,
      api_key_id: key,
      project_id: null,
      user_id: null,
      batch: null,
    };
  });
}
