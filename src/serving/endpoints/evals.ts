/** Evaluations: criteria for answers. */
import { z } from '@hono/zod-openapi';
import { addEval, changeEval, evalsOf, removeEval, type Eval } from '../../store/registry/index.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import { evalReply, evalRequest, type EvalConfig } from '../schemas/evals.ts';
import { notFound, trainingOf } from '../training/access.ts';
import { readCriterion } from '../training/criteria.ts';
import { STORED_ITEM } from '../training/stored-rows.ts';
import { listPage, listReply, metadataField, pageFields, seconds } from '../replies/lists.ts';

function evalEntry(one: Eval): z.output<typeof evalReply> {
  return {
    id: one.id,
    object: 'eval',
    name: one.name,
    metadata: one.metadata,
    data_source_config: configEntry(one.source as unknown as EvalConfig),
    testing_criteria: one.criteria.map((criterion, i) => ({ id: `${one.id}-${i}`, ...criterion })),
    created_at: seconds(one.created_at),
  };
}

function configEntry(config: EvalConfig): z.output<typeof evalReply>['data_source_config'] {
  if (config.type === 'custom')
    return { type: config.type, schema: { type: 'object', properties: { item: config.item_schema } } };
  const properties = { item: STORED_ITEM, sample: { type: 'object', properties: { output_text: { type: 'string' } } } };
  return { type: config.type, schema: { type: 'object', properties }, metadata: config.metadata ?? {} };
}

/** @throws ApiError 404 */
export async function evalOf(call: Call): Promise<Eval> {
  const { eval_id: id } = call.params;
  const found = (await evalsOf(trainingOf(call).registry, call.owner)).find((one) => one.id === id);
  if (found === undefined) throw notFound('eval', id);
  return found;
}

const create = defineEndpoint({
  method: 'post',
  path: '/v1/evals',
  tag: 'Training',
  summary: 'Create an evaluation',
  body: { schema: evalRequest },
  reply: { description: 'The evaluation', json: evalReply },
  async handle(call) {
    const { registry } = trainingOf(call);
    const { name, metadata, data_source_config: source, testing_criteria: criteria } = call.body;
    for (const criterion of criteria) readCriterion(criterion);
    return Response.json(evalEntry(await addEval(registry, { owner: call.owner, name, metadata, source, criteria })));
  },
});

const listQuery = z.strictObject({
  ...pageFields(20, 1000),
  order: z.enum(['asc', 'desc']).default('asc'),
  order_by: z.enum(['created_at', 'updated_at']).default('created_at'),
});

const list = defineEndpoint({
  method: 'get',
  path: '/v1/evals',
  tag: 'Training',
  summary: 'List evaluations',
  query: listQuery,
  reply: { description: 'A page of evaluations', json: listReply(evalReply, 'EvalList') },
  async handle(call: Call) {
    const query = readQuery(call, listQuery);
    const found = await evalsOf(trainingOf(call).registry, call.owner);
    return listPage(
      found.toSorted((a, b) => a[query.order_by] - b[query.order_by]),
      query,
      evalEntry,
    );
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/evals/{eval_id}',
  tag: 'Training',
  summary: 'Get an evaluation',
  reply: { description: 'The evaluation', json: evalReply },
  handle: async (call: Call) => Response.json(evalEntry(await evalOf(call))),
});

const change = defineEndpoint({
  method: 'post',
  path: '/v1/evals/{eval_id}',
  tag: 'Training',
  summary: 'Rename an evaluation, or change its metadata',
  body: {
    schema: z
      .strictObject({ name: z.string().max(200).optional(), metadata: metadataField.optional() })
      .openapi('ChangeEvalRequest'),
  },
  reply: { description: 'The evaluation', json: evalReply },
  async handle(call) {
    const { id } = await evalOf(call);
    await changeEval(trainingOf(call).registry, id, call.body);
    return Response.json(evalEntry(await evalOf(call)));
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: '/v1/evals/{eval_id}',
  tag: 'Training',
  summary: 'Delete an evaluation and its runs',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ object: z.literal('eval.deleted'), deleted: z.literal(true), eval_id: z.string() })
      .openapi('DeletedEval'),
  },
  async handle(call: Call) {
    const { id } = await evalOf(call);
    await removeEval(trainingOf(call).registry, id);
    return Response.json({ object: 'eval.deleted', deleted: true, eval_id: id });
  },
});

export const endpoints: readonly Endpoint[] = [create, list, retrieve, change, remove];
