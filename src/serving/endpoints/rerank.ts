import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { defineEndpoint } from '../endpoint.ts';
import { relevanceOf } from '../ranking/relevance.ts';
import { slowJson } from '../replies/slow-json.ts';
import { MOST_INPUTS, refuseEmpty } from '../schemas/rows.ts';

const document = z.union([z.string(), z.looseObject({ text: z.string() })], 'expected a text, or an object with text');

const request = z
  .strictObject({
    model: z.string(),
    query: z.string(),
    documents: z.array(document).min(1).max(MOST_INPUTS),
    top_n: z.number().int().min(0).optional(),
    return_documents: z.boolean().optional(),
    user: z.string().optional(),
  })
  .openapi('RerankRequest');

const reply = z
  .strictObject({
    id: z.string(),
    model: z.string(),
    usage: z.strictObject({ total_tokens: z.number().int() }),
    results: z.array(
      z.strictObject({
        index: z.number().int(),
        relevance_score: z.number(),
        document: z.strictObject({ text: z.string() }).optional(),
      }),
    ),
  })
  .openapi('Ranking');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/rerank',
  tag: 'Other kinds',
  summary: 'Rank documents by relevance to a query',
  body: {
    schema: request,
    unsupported: { truncate_prompt_tokens: [], priority: [0], max_chunks_per_doc: [], rank_fields: [] },
  },
  reply: { description: 'The documents, best first', json: reply },
  fields: { prompt: 'documents' },
  handle(call) {
    const {
      model: name,
      query,
      documents,
      top_n: most = documentsOf(call.body).length,
      return_documents: shows = true,
    } = call.body;
    const model = call.model(name, 'rows', 'vectors');
    refuseEmpty('query', [query], true);
    refuseEmpty('documents', documentsOf({ documents }));
    call.exchange.describe({ operation: 'rerank', body: call.body });
    return slowJson(call, async (signal): Promise<z.output<typeof reply>> => {
      const texts = documentsOf({ documents });
      const pairs = texts.map((text) => ({ query, text }));
      const { scores, tokens } = await relevanceOf(call, model, { pairs, signal });
      const results = texts
        .map((text, index) => ({ index, relevance_score: scores[index], ...(shows && { document: { text } }) }))
        .toSorted((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);
      const id = `rerank-${randomUUID().replaceAll('-', '')}`;
      return {
        id,
        model: name,
        usage: { total_tokens: tokens },
        results: most === 0 ? results : results.slice(0, most),
      };
    });
  },
});

function documentsOf({ documents }: Pick<z.output<typeof request>, 'documents'>): string[] {
  return documents.map((one) => (typeof one === 'string' ? one : one.text));
}
