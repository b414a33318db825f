import { z } from '@hono/zod-openapi';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { ServeSettings } from '../server-settings.ts';
import type { ServedModel } from '../models/model-table.ts';

export const modelReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('model'),
    created: z.number().int(),
    owned_by: z.string(),
    root: z.string().openapi({ description: "The model's own name, if this one is an alias" }),
    parent: z.string().nullable().openapi({ description: 'For an adapter: the name of its base' }),
    max_model_len: z.number().int().optional(),
    columns: z.array(z.string()).optional().openapi({ description: 'For a table model: the columns of a row' }),
    defaults: z
      .strictObject({ system: z.boolean(), tools: z.array(z.string()) })
      .optional()
      .openapi({
        description:
          'Defaults for chats, which all training rows had: whether there is a system message, and the names of the tools',
      }),
    upstream: z
      .string()
      .optional()
      .openapi({ description: "The model's name on the upstream server that answers for it" }),
    task: z.string().openapi({ description: 'Kind: text, speech, rows, vectors, items or upstream' }),
  })
  .openapi('Model');

export function modelEntry(
  name: string,
  { id, base, created, kind, maxLength, columns, defaults: trained, upstream }: ServedModel,
  { trained_defaults: hasDefaults }: Pick<ServeSettings, 'trained_defaults'>,
): z.output<typeof modelReply> {
  return {
    id: name,
    object: 'model',
    created,
    owned_by: upstream === undefined ? 'attune' : 'upstream',
    root: id,
    parent: base === undefined || base.id.startsWith('\0') ? null : base.id,
    ...(maxLength !== undefined && { max_model_len: maxLength }),
    ...(columns !== undefined && { columns: [...columns] }),
    ...(trained !== undefined && hasDefaults && { defaults: { ...trained, tools: [...trained.tools] } }),
    ...(upstream !== undefined && { upstream: upstream.endpoint.model }),
    task: kind,
  };
}

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/v1/models',
  tag: 'Models',
  summary: 'List the models that the key may use',
  reply: {
    description: 'Models, adapters and aliases',
    json: z
      .strictObject({
        object: z.literal('list'),
        data: z.array(modelReply),
        models: z
          .array(z.strictObject({ name: z.string(), description: z.string(), release_date: z.string() }))
          .openapi({ description: 'Models for /v1/systemone, in the form its clients expect' }),
      })
      .openapi('ModelList'),
  },
  handle(call: Call) {
    const { settings } = call.server;
    const data = call.seen.map(({ name, model }) => modelEntry(name, model, settings));
    const models = call.seen
      .filter(({ model }) => model.kind === 'text' || model.task === 'decision')
      .map(({ name, model }) => ({ name, description: model.id, release_date: dayOf(model.created) }));
    return Response.json({ object: 'list', data, models });
  },
});

/** `2026-12-01` */
function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
