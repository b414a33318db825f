import { z } from '@hono/zod-openapi';
import { invalidValue, modelNotFound } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';

const request = z
  .strictObject({ lora_name: z.string().min(1), lora_int_id: z.number().int().optional() })
  .openapi('UnloadAdapterRequest');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/unload_lora_adapter',
  tag: 'Adapters',
  summary: 'Unload an adapter; responds when its last requests are done and its memory is free',
  isAdmin: true,
  body: { schema: request },
  reply: { description: 'Unloaded', texts: ['text/plain'] },
  async handle(call) {
    const { lora_name: name } = call.body;
    const { table, pool } = call.server;
    const model = table.find(name);
    if (model === undefined) throw modelNotFound(name);
    if (model.baseFolder === undefined)
      throw invalidValue('lora_name', `'${name}' is a model, not an adapter.`, 'not_an_adapter');
    table.remove(model.id);
    await pool.drop(model);
    return new Response(`Success: LoRA adapter '${name}' removed successfully.`, {
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  },
});
