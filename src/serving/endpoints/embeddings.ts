import { z } from '@hono/zod-openapi';
import { invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { slowJson } from '../replies/slow-json.ts';
import { embeddingInput, inputsOf, refuseEmpty, smallUsage, smallUsageOf } from '../schemas/rows.ts';

const request = z
  .strictObject({
    model: z.string(),
    input: embeddingInput,
    encoding_format: z.enum(['float', 'base64']).optional(),
    dimensions: z.number().int().min(1).optional(),
    prompt_name: z.string().optional().openapi({ description: "Name of one of the model's prompts" }),
    user: z.string().optional(),
  })
  .openapi('EmbeddingRequest');

const reply = z
  .strictObject({
    object: z.literal('list'),
    model: z.string(),
    data: z.array(
      z.strictObject({
        object: z.literal('embedding'),
        index: z.number().int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    usage: smallUsage,
  })
  .openapi('EmbeddingList');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/embeddings',
  upstream: 'forwarded',
  tag: 'Other kinds',
  summary: 'Embed texts',
  body: { schema: request, unsupported: { truncate_prompt_tokens: [], priority: [0], add_special_tokens: [true] } },
  reply: { description: 'One vector per input', json: reply },
  fields: { prompt: 'input' },
  handle(call) {
    const { model: name, input, encoding_format: format = 'float', dimensions, prompt_name: prompt } = call.body;
    const model = call.model(name, 'vectors');
    const inputs = inputsOf(input);
    refuseEmpty('input', inputs, typeof input === 'string');
    call.exchange.describe({ operation: 'embeddings', body: call.body });
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      using lease = await call.lease(model);
      const { width } = lease.opened;
      if (dimensions !== undefined && dimensions !== width && call.server.settings.unsupported === 'refuse')
        throw invalidValue(
          'dimensions',
          `The vectors of '${name}' have ${width} dimensions and cannot be shortened.`,
          'unsupported_value',
        );
      using _turn = await call.admit({ model: model.id, rows: inputs.length, isSerial: true, signal });
      const { vectors, tokens } = await lease.opened.vectors(inputs, { prompt, signal });
      call.exchange.finished({ prompt: tokens, shared: 0, answer: 0 }, []);
      const data = inputs.map((_, index) => ({
        object: 'embedding' as const,
        index,
        embedding: encoded(vectors.subarray(index * width, (index + 1) * width), format),
      }));
      return { object: 'list', model: name, data, usage: smallUsageOf(tokens) };
    });
  },
});

/** base64 holds little-endian f32 values, as clients expect. */
function encoded(vector: Float32Array, format: 'float' | 'base64'): number[] | string {
  if (format === 'float') return [...vector];
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString('base64');
}
