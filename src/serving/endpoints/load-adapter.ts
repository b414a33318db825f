import { z } from '@hono/zod-openapi';
import { ApiError, invalidValue } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';

const request = z
  .strictObject({
    lora_name: z.string().min(1),
    lora_path: z.string().optional().openapi({ description: 'The name again; unregistered paths are rejected' }),
    load_inplace: z.boolean().optional(),
  })
  .openapi('LoadAdapterRequest');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/load_lora_adapter',
  tag: 'Adapters',
  summary: 'Load or reload a registered adapter',
  isAdmin: true,
  body: { schema: request, unsupported: { base_model_name: [], is_3d_lora_weight: [false] } },
  reply: { description: 'Loaded', texts: ['text/plain'] },
  async handle(call) {
    const { lora_name: name, lora_path: path, load_inplace: inPlace = false } = call.body;
    const { table, pool, opener } = call.server;
    const target = table.registered(name);
    if (target === undefined) {
      const message = `No adapter is registered as '${name}'. Register it when you start the server: --adapter ${name}=FOLDER.`;
      throw new ApiError(404, { message, param: 'lora_name', code: 'adapter_not_registered' });
    }
    if (path !== undefined && path !== name && path !== target)
      throw invalidValue('lora_path', 'Adapters are loaded by their registered name, never by a path in the request.');
    const known = table.find(name);
    if (known !== undefined && !inPlace) {
      const message = `The adapter '${name}' is already loaded. Reload it with load_inplace: true.`;
      throw invalidValue('lora_name', message, 'adapter_already_loaded');
    }
    const model = await table.inspect({ name, target }, opener);
    await pool.replace(model);
    table.put(model);
    return new Response(`Success: LoRA adapter '${name}' added successfully.`, { headers: TEXT });
  },
});

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
