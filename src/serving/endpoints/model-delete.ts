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
  summary: 'Delete a tuned model that this key has made; answers when its last rows are done and its files are gone',
  reply: {
    description: 'It is gone',
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
  const message = `The model '${name}' was not made by a job of this key: it is not deleted here.`;
  return new ApiError(403, { message, param: 'model', code: 'model_not_deletable' });
}
