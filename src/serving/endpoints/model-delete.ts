import { rmSync } from 'node:fs';
import { z } from '@hono/zod-openapi';
import { deleteModel, findVersion, keyActor, removeStored } from '../../store/registry/index.ts';
import { ApiError, modelNotFound } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';

export const endpoint = defineEndpoint({
  method: 'delete',
  path: '/v1/models/{model}',
  tag: 'Models',
  summary: 'Delete a fine-tuned model of this key; responds when its last requests are done and its files are deleted',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ id: z.string(), object: z.literal('model'), deleted: z.literal(true) })
      .openapi('DeletedModel'),
  },
  async handle(call: Call) {
    const { model: name } = call.params;
    const { table, pool, training } = call.server;
    const model = table.find(name);
    if (model === undefined || !call.mayKnow(model)) throw modelNotFound(name);
    if (training === undefined || model.owner === undefined || model.owner !== call.owner) throw notDeletable(name);
    const { folder, stored } = await findVersion(training.registry, name, 1);
    await deleteModel(training.registry, name, keyActor(call.owner));
    table.remove(name);
    await pool.drop(model);
    rmSync(folder, { recursive: true, force: true });
    await removeStored(stored);
    return Response.json({ id: name, object: 'model', deleted: true });
  },
});

function notDeletable(name: string): ApiError {
  const message = `The model '${name}' was not created by a job of this key and cannot be deleted.`;
  return new ApiError(403, { message, param: 'model', code: 'model_not_deletable' });
}
