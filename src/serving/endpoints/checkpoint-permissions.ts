/** Permissions of other API keys to use a tuned model. */
import { z } from '@hono/zod-openapi';
import { forbid, permissionsOf, permit, type Permission } from '../../store/registry/index.ts';
import { modelNotFound } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import { permissionReply } from '../schemas/training.ts';
import { notFound, trainingOf } from '../training/access.ts';
import { listPage, listReply, orderField, pageFields, seconds } from '../replies/lists.ts';

const path = '/v1/fine_tuning/checkpoints/{model}/permissions';
const page = listReply(permissionReply, 'CheckpointPermissionList');

function entryOf({ id, key, created_at: at }: Permission): z.output<typeof permissionReply> {
  return { id, object: 'checkpoint.permission', created_at: seconds(at), project_id: key };
}

/** The tuned model, which must belong to the requesting key. @throws ApiError 404 */
function ownModel(call: Call): string {
  const { model: name } = call.params;
  if (call.server.table.find(name)?.owner !== call.owner) throw modelNotFound(name);
  return name;
}

const query = z.strictObject({ ...pageFields(10, 1000), order: orderField, project_id: z.string().optional() });

const list = defineEndpoint({
  method: 'get',
  path,
  tag: 'Training',
  summary: 'List the keys that may use a tuned model',
  query,
  reply: { description: 'A page of permissions', json: page },
  async handle(call: Call) {
    const wish = readQuery(call, query);
    const found = await permissionsOf(trainingOf(call).registry, ownModel(call));
    const wanted = found.filter(({ key }) => wish.project_id === undefined || key === wish.project_id);
    return listPage(wanted, wish, entryOf);
  },
});

const request = z
  .strictObject({ project_ids: z.array(z.string().min(1)).min(1).max(100) })
  .openapi('CheckpointPermissionRequest');

const create = defineEndpoint({
  method: 'post',
  path,
  tag: 'Training',
  summary: 'Let keys use a tuned model',
  body: { schema: request },
  reply: { description: 'The permissions', json: page },
  async handle(call) {
    const made = await permit(trainingOf(call).registry, ownModel(call), call.body.project_ids);
    await call.server.routes?.refresh();
    return listPage(made, { limit: made.length, order: 'asc' }, entryOf);
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: `${path}/{permission_id}`,
  tag: 'Training',
  summary: 'Delete a permission',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ id: z.string(), object: z.literal('checkpoint.permission'), deleted: z.literal(true) })
      .openapi('DeletedCheckpointPermission'),
  },
  async handle(call: Call) {
    const { permission_id: id } = call.params;
    if (!(await forbid(trainingOf(call).registry, ownModel(call), id))) throw notFound('permission', id);
    await call.server.routes?.refresh();
    return Response.json({ id, object: 'checkpoint.permission', deleted: true });
  },
});

export const endpoints: readonly Endpoint[] = [list, create, remove];
