import { entryOf } from '../../base/table.ts';
import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { RequestRow, RowAnswer, RowModel } from '../models/opened.ts';
import { slowJson } from '../replies/slow-json.ts';
import { now } from '../schemas/common.ts';
import { MOST_INPUTS, smallUsage, smallUsageOf } from '../schemas/rows.ts';
import { bytesOfData, Uploads } from '../request-files.ts';

const row = z.union([z.string(), z.record(z.string(), z.unknown())], 'expected a text, or an object of columns');

const request = z
  .strictObject({
    model: z.string(),
    input: z
      .union([row, z.array(row).min(1).max(MOST_INPUTS)], 'expected a text, an object of columns, or a list of them')
      .openapi({
        description:
          'Text, {text, text_pair}, {question, context}, {image} or {audio} in base64, or columns as in training',
      }),
    threshold: z.number().min(0).max(1).optional(),
    user: z.string().optional(),
  })
  .openapi('ClassifyRequest');

const span = { text: z.string(), start: z.number().int(), end: z.number().int() };

const entry = z.strictObject({
  index: z.number().int(),
  label: z.string().nullable().openapi({ description: 'The class; null if there is none, or several' }),
  labels: z.array(z.string()).optional(),
  value: z.number().optional(),
  answer: z.string().nullable().optional(),
  probability: z.number().optional(),
  probabilities: z.record(z.string(), z.number()).optional(),
  probs: z.array(z.number()).openapi({ description: "In the order of the model's classes" }),
  num_classes: z.number().int(),
  spans: z.array(z.strictObject({ ...span, label: z.string() })).optional(),
  steps: z.array(z.number()).optional().openapi({
    description: 'Probability that each step is right; value is the index of the first wrong one, or -1',
  }),
  stretch: z.strictObject({ ...span, none_by: z.number() }).optional(),
});

const reply = z
  .strictObject({
    id: z.string(),
    object: z.literal('list'),
    created: z.number().int(),
    model: z.string(),
    data: z.array(entry),
    usage: z.strictObject({ ...smallUsage.shape, completion_tokens: z.number().int() }),
  })
  .openapi('Classification');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/classify',
  tag: 'Other kinds',
  summary: 'Classify rows: classes, numbers, tagged words or answer spans',
  body: { schema: request, unsupported: { truncate_prompt_tokens: [], priority: [0], add_special_tokens: [true] } },
  reply: { description: 'One answer per row', json: reply },
  fields: { prompt: 'input' },
  handle(call) {
    const { model: name, input, threshold } = call.body;
    const model = call.model(name, 'rows');
    const id = `classify-${randomUUID().replaceAll('-', '')}`;
    call.exchange.describe({ operation: 'classify', id, body: call.body });
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      const rows = Array.isArray(input) ? input : [input];
      using _turn = await call.admit({ model: model.id, rows: rows.length, isSerial: true, signal });
      using lease = await call.lease(model);
      using uploads = new Uploads();
      const { opened } = lease;
      const answered = await opened.predict(
        rows.map((one, i) => readable(one, i, { opened, uploads })),
        { threshold },
      );
      call.exchange.finished({ prompt: answered.tokens, shared: 0, answer: 0 }, []);
      call.exchange.predictions = answered.rows;
      const data = answered.rows.map((answer, index) => classOf(answer, index, opened));
      const usage = { ...smallUsageOf(answered.tokens), completion_tokens: 0 };
      return { id, object: 'list', created: now(), model: name, data, usage };
    });
  },
});

/** Files are sent as bytes: no part of a request is treated as a path. */
function readable(
  given: RequestRow,
  place: number,
  { opened, uploads }: { opened: RowModel; uploads: Uploads },
): RequestRow {
  const { media } = opened;
  if (media === undefined) return given;
  const value = typeof given === 'string' ? given : given[media];
  const field = `input[${place}]${typeof given === 'string' ? '' : `.${media}`}`;
  if (typeof value !== 'string')
    throw invalidValue(
      field,
      `${field} is missing: the model reads ${media === 'image' ? 'images' : 'recordings'}.`,
      'missing_required_parameter',
    );
  return { [media]: uploads.add(bytesOfData(value, field)) };
}

function classOf(answer: RowAnswer, index: number, { answers, labels = [] }: RowModel): z.output<typeof entry> {
  const { prediction, probability, probabilities, spans, steps, stretch, error } = answer;
  if (error !== undefined) throw invalidValue(`input[${index}]`, `input[${index}] cannot be answered: ${error}.`);
  const label = answers === 'label' && typeof prediction === 'string' ? prediction : null;
  return {
    index,
    label,
    ...(answers === 'labels' && Array.isArray(prediction) && { labels: prediction }),
    ...(typeof prediction === 'number' && { value: prediction }),
    ...(answers === 'stretch' && { answer: prediction as string | null }),
    ...(probability !== undefined && { probability }),
    ...(probabilities !== undefined && { probabilities }),
    probs: probabilities === undefined ? [] : labels.map((name) => entryOf(probabilities, name) ?? 0),
    num_classes: labels.length,
    ...(spans !== undefined && { spans: [...spans] }),
    ...(steps !== undefined && { steps: [...steps] }),
    ...(stretch !== undefined && { stretch }),
  };
}
