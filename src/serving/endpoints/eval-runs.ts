/** Runs of evaluations, with their results per row. */
import { z } from '@hono/zod-openapi';
import { wilsonInterval } from '../../scoring/statistics/wilson.ts';
import {
  addEvalRun,
  changeEvalRun,
  evalItemsOf,
  evalRunsOf,
  pageOf,
  removeEvalRun,
  type EvalItem,
  type EvalRun,
} from '../../store/registry/index.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import { evalItemReply, evalRunReply, evalRunRequest, type Completions, type EvalSource } from '../schemas/evals.ts';
import { fileOf, notFound, trainingOf } from '../training/access.ts';
import { listPage, listReply, pageFields, pageReply, seconds } from '../replies/lists.ts';
import { evalOf } from './evals.ts';

const runs = '/v1/evals/{eval_id}/runs';
const one = `${runs}/{run_id}`;
const order = z.enum(['asc', 'desc']).default('asc');

async function entryOf(call: Call, run: EvalRun): Promise<z.output<typeof evalRunReply>> {
  const items = await evalItemsOf(trainingOf(call).registry, run.id);
  const counted = (status: EvalItem['status']) => items.filter((item) => item.status === status).length;
  const [passed, failed, errored] = [counted('pass'), counted('fail'), counted('error')];
  const scored = passed + failed;
  const source = run.source as unknown as EvalSource;
  return {
    id: run.id,
    object: 'eval.run',
    eval_id: run.eval,
    name: run.name,
    metadata: run.metadata,
    model: (source.type === 'completions' ? source.model : undefined) ?? '',
    status: run.status,
    data_source: run.source,
    created_at: seconds(run.created_at),
    report_url: '',
    error: { code: run.error === null ? '' : 'run_failed', message: run.error ?? '' },
    result_counts: { total: items.length, passed, failed, errored },
    per_testing_criteria_results: byCriterion(items),
    per_model_usage: [],
    attune: scored === 0 ? null : { pass_rate: passed / scored, ...wilsonInterval(passed, scored) },
  };
}

function byCriterion(items: readonly EvalItem[]) {
  const names = new Map<string, { passed: number; failed: number }>();
  for (const { name, passed } of items.flatMap(({ results }) => results)) {
    const counts = names.get(name) ?? { passed: 0, failed: 0 };
    counts[passed ? 'passed' : 'failed']++;
    names.set(name, counts);
  }
  return [...names].map(([name, counts]) => ({ testing_criteria: name, ...counts }));
}

/** @throws ApiError 404 */
async function runOf(call: Call): Promise<EvalRun> {
  const { id } = await evalOf(call);
  const { run_id: wanted } = call.params;
  const found = (await evalRunsOf(trainingOf(call).registry, id)).find((run) => run.id === wanted);
  if (found === undefined) throw notFound('run', wanted);
  return found;
}

/** Checks that the run either has a model and its messages, or neither. @throws ApiError 400, 403, 404 */
function checkSampling(call: Call, { model, input_messages: input, sampling_params: sampling }: Completions): void {
  const param = model === undefined ? 'data_source.model' : 'data_source.input_messages';
  const isWhole = (model === undefined) === (input === undefined) && (model !== undefined || sampling === undefined);
  if (!isWhole) {
    const message = 'A model needs input_messages: give both, or neither if the rows contain answers.';
    throw new ApiError(400, { message, param, code: 'missing_required_parameter' });
  }
  if (model !== undefined) call.model(model, 'text');
}

const create = defineEndpoint({
  method: 'post',
  path: runs,
  tag: 'Training',
  summary: 'Score given answers, or those of a model',
  body: { schema: evalRunRequest },
  reply: { description: 'The run', json: evalRunReply },
  async handle(call) {
    const { registry, evals } = trainingOf(call);
    const { id } = await evalOf(call);
    const { name, metadata, data_source: source } = call.body;
    if (source.type === 'completions') checkSampling(call, source);
    if (source.source.type === 'file_id') await fileOf(call, source.source.id, 'data_source.source.id');
    const made = await addEvalRun(registry, { eval: id, owner: call.owner, name, metadata, source });
    evals.wake();
    return Response.json(await entryOf(call, made));
  },
});

const listQuery = z.strictObject({
  ...pageFields(20, 1000),
  order,
  status: z.enum(['queued', 'in_progress', 'completed', 'canceled', 'failed']).optional(),
});

const list = defineEndpoint({
  method: 'get',
  path: runs,
  tag: 'Training',
  summary: "List an evaluation's runs",
  query: listQuery,
  reply: { description: 'A page of runs', json: listReply(evalRunReply, 'EvalRunList') },
  async handle(call: Call) {
    const { id } = await evalOf(call);
    const query = readQuery(call, listQuery);
    const found = await evalRunsOf(trainingOf(call).registry, id);
    const wanted = found.filter(({ status }) => query.status === undefined || status === query.status);
    const page = pageOf(wanted, query);
    const entries = await Promise.all((page?.rows ?? []).map((run) => entryOf(call, run)));
    return pageReply(page && { ...page, rows: entries }, query, (entry) => entry);
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: one,
  tag: 'Training',
  summary: 'Get a run',
  reply: { description: 'The run', json: evalRunReply },
  handle: async (call: Call) => Response.json(await entryOf(call, await runOf(call))),
});

const cancel = defineEndpoint({
  method: 'post',
  path: one,
  tag: 'Training',
  summary: 'Cancel a run; finished scores are kept',
  reply: { description: 'The run', json: evalRunReply },
  async handle(call: Call) {
    const { id, status } = await runOf(call);
    const { registry } = trainingOf(call);
    if (!(await changeEvalRun(registry, id, { status: 'canceled' }, ['queued', 'in_progress'])))
      throw new ApiError(400, { message: `The run '${id}' is ${status}.`, code: 'invalid_run_status' });
    return Response.json(await entryOf(call, await runOf(call)));
  },
});

const remove = defineEndpoint({
  method: 'delete',
  path: one,
  tag: 'Training',
  summary: 'Delete a run',
  reply: {
    description: 'Deleted',
    json: z
      .strictObject({ object: z.literal('eval.run.deleted'), deleted: z.literal(true), run_id: z.string() })
      .openapi('DeletedEvalRun'),
  },
  async handle(call: Call) {
    const { id } = await runOf(call);
    await removeEvalRun(trainingOf(call).registry, id);
    return Response.json({ object: 'eval.run.deleted', deleted: true, run_id: id });
  },
});

const itemQuery = z.strictObject({ ...pageFields(20, 1000), order, status: z.enum(['fail', 'pass']).optional() });

function itemEntry(run: EvalRun, item: EvalItem): z.output<typeof evalItemReply> {
  return {
    id: item.id,
    object: 'eval.run.output_item',
    run_id: run.id,
    eval_id: run.eval,
    created_at: seconds(item.created_at),
    status: item.status,
    datasource_item_id: item.place,
    datasource_item: item.item,
    results: item.results,
    sample: item.sample,
  };
}

const items = defineEndpoint({
  method: 'get',
  path: `${one}/output_items`,
  tag: 'Training',
  summary: "List the results of a run's rows",
  query: itemQuery,
  reply: { description: 'A page of rows', json: listReply(evalItemReply, 'EvalOutputItemList') },
  async handle(call: Call) {
    const run = await runOf(call);
    const query = readQuery(call, itemQuery);
    const found = await evalItemsOf(trainingOf(call).registry, run.id);
    const wanted = found.filter(({ status }) => query.status === undefined || status === query.status);
    return listPage(wanted, query, (item) => itemEntry(run, item));
  },
});

const item = defineEndpoint({
  method: 'get',
  path: `${one}/output_items/{output_item_id}`,
  tag: 'Training',
  summary: 'Get the result of a row',
  reply: { description: 'The row', json: evalItemReply },
  async handle(call: Call) {
    const run = await runOf(call);
    const { output_item_id: wanted } = call.params;
    const found = (await evalItemsOf(trainingOf(call).registry, run.id)).find(({ id }) => id === wanted);
    if (found === undefined) throw notFound('output item', wanted);
    return Response.json(itemEntry(run, found));
  },
});

export const endpoints: readonly Endpoint[] = [create, list, retrieve, cancel, remove, items, item];
