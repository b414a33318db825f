/** Jobs that tune a served model. */
import { z } from '@hono/zod-openapi';
import { entryOf } from '../../base/table.ts';
import {
  addJob,
  checkpointsOf,
  jobsOf,
  newestEvents,
  type Job,
  type JobEvent,
  type Registry,
} from '../../store/registry/index.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import {
  checkpointReply,
  eventReply,
  jobReply,
  jobRequest,
  unsupportedJob,
  type JobRequest,
} from '../schemas/training.ts';
import { readGrader } from '../training/graders.ts';
import { refuseAskedSteps } from '../training/job-limits.ts';
import { checkOpenJobs, fileOf, jobOf, trainingOf } from '../training/access.ts';
import { listPage, listReply, pageFields, pageReply, seconds } from '../replies/lists.ts';

/** Statuses as clients see them: the requested one already while the last step is still running. */
const STATES = { pausing: 'paused', cancelling: 'cancelled' } as const;

function jobEntry(job: Job): z.output<typeof jobReply> {
  const { type, ...rest } = job.method;
  return {
    id: job.id,
    object: 'fine_tuning.job',
    created_at: seconds(job.created_at),
    finished_at: job.finished_at === null ? null : seconds(job.finished_at),
    model: job.model,
    fine_tuned_model: job.fine_tuned_model,
    organization_id: 'attune',
    status: STATES[job.status as keyof typeof STATES] ?? job.status,
    training_file: job.training_file,
    validation_file: job.validation_file,
    hyperparameters: job.method.hyperparameters,
    method: { type, [type]: rest },
    seed: job.seed,
    trained_tokens: job.trained_tokens,
    result_files: job.result_files,
    error: job.error,
    integrations: [],
    estimated_finish: null,
    metadata: job.metadata,
    user_provided_suffix: job.suffix,
  };
}

/** A client's retry within this time returns the first attempt's job. */
const RETRY_WITHIN = 10 * 60_000;

const create = defineEndpoint({
  method: 'post',
  path: '/v1/fine_tuning/jobs',
  tag: 'Training',
  summary: 'Create a fine-tuning job',
  body: { schema: jobRequest, unsupported: unsupportedJob },
  reply: { description: 'The job; its files are validated next', json: jobReply },
  async handle(call) {
    const { registry, trainer, queue } = trainingOf(call);
    const { body, fingerprint } = call;
    const known = await retriedJob(call, registry);
    if (known !== undefined) return Response.json(jobEntry(known));
    call.model(body.model, 'text');
    await fileOf(call, body.training_file, 'training_file');
    if (body.validation_file !== undefined) await fileOf(call, body.validation_file, 'validation_file');
    if (body.method?.type === 'reinforcement') readGrader(body.method.reinforcement.grader);
    const wanted = { method: methodOf(body), extra: body.attune as Record<string, unknown> };
    refuseAskedSteps(wanted.extra, call.server.settings.limits.job_steps);
    trainer.check(wanted);
    await checkOpenJobs(call);
    const job = await addJob(registry, {
      ...wanted,
      owner: call.owner,
      model: body.model,
      training_file: body.training_file,
      validation_file: body.validation_file ?? null,
      suffix: body.suffix ?? null,
      seed: body.seed ?? USUAL_SEED,
      metadata: body.metadata,
      fingerprint,
    });
    queue.wake();
    return Response.json(jobEntry(job));
  },
});

const USUAL_SEED = 42;

/** The job of an earlier attempt: a client that missed the reply retries, which must not create a second job. */
async function retriedJob(
  { request, owner, fingerprint }: Call<JobRequest>,
  registry: Registry,
): Promise<Job | undefined> {
  if (!(Number(request.headers.get('x-stainless-retry-count')) > 0)) return undefined;
  const recent = Date.now() - RETRY_WITHIN;
  return (await jobsOf(registry, owner)).findLast((job) => job.fingerprint === fingerprint && job.created_at > recent);
}

/** The method with its hyper-parameters, which older clients send at the top level. */
function methodOf({ method, hyperparameters }: JobRequest): Job['method'] {
  if (method === undefined) {
    const usual = { batch_size: 'auto', learning_rate_multiplier: 'auto', n_epochs: 'auto' };
    return { type: 'supervised', hyperparameters: hyperparameters ?? usual };
  }
  const own = (method as unknown as Record<string, Record<string, unknown>>)[method.type];
  return { type: method.type, ...own } as Job['method'];
}

const listQuery = z.strictObject({ ...pageFields(20, 1000), metadata: z.record(z.string(), z.string()).optional() });

const list = defineEndpoint({
  method: 'get',
  path: '/v1/fine_tuning/jobs',
  tag: 'Training',
  summary: 'List jobs, newest first',
  query: listQuery,
  reply: { description: 'A page of jobs', json: listReply(jobReply, 'FineTuningJobList') },
  async handle(call: Call) {
    const query = readQuery(call, listQuery);
    const pairs = Object.entries(query.metadata ?? {});
    const jobs = await jobsOf(trainingOf(call).registry, call.owner);
    const wanted = jobs.filter(({ metadata }) => pairs.every(([name, value]) => entryOf(metadata, name) === value));
    return listPage(wanted, { ...query, order: 'desc' }, jobEntry);
  },
});

const retrieve = defineEndpoint({
  method: 'get',
  path: '/v1/fine_tuning/jobs/{job_id}',
  tag: 'Training',
  summary: 'Get a job',
  reply: { description: 'The job', json: jobReply },
  handle: async (call: Call) => Response.json(jobEntry(await jobOf(call))),
});

const SUMMARIES = {
  cancel: 'Cancel a job; its results are discarded',
  pause: 'Pause a job after saving it',
  resume: 'Resume a paused job',
};

const asking = (['cancel', 'pause', 'resume'] as const).map((what) =>
  defineEndpoint({
    method: 'post',
    path: `/v1/fine_tuning/jobs/{job_id}/${what}`,
    tag: 'Training',
    summary: SUMMARIES[what],
    reply: { description: 'The job', json: jobReply },
    async handle(call: Call) {
      const job = await jobOf(call);
      const asked = await trainingOf(call).queue.ask(job, what);
      if (asked !== undefined) return Response.json(jobEntry(asked));
      const message = `The job '${job.id}' is ${jobEntry(job).status}: there is nothing to ${what}.`;
      throw new ApiError(400, { message, code: 'invalid_job_status' });
    },
  }),
);

const eventQuery = z.strictObject(pageFields(20, 1000));

const events = defineEndpoint({
  method: 'get',
  path: '/v1/fine_tuning/jobs/{job_id}/events',
  tag: 'Training',
  summary: 'List the events of a job, newest first',
  query: eventQuery,
  reply: { description: 'A page of events', json: listReply(eventReply, 'FineTuningJobEventList') },
  async handle(call: Call) {
    const { id } = await jobOf(call);
    const query = readQuery(call, eventQuery);
    return pageReply(await newestEvents(trainingOf(call).registry, id, query), query, eventEntry);
  },
});

function eventEntry({ id, at, level, message, type, data }: JobEvent): z.output<typeof eventReply> {
  return {
    id,
    object: 'fine_tuning.job.event',
    created_at: seconds(at),
    level: level as 'info',
    message,
    type: type as 'message',
    data,
  };
}

const checkpointQuery = z.strictObject(pageFields(10, 1000));

const checkpoints = defineEndpoint({
  method: 'get',
  path: '/v1/fine_tuning/jobs/{job_id}/checkpoints',
  tag: 'Training',
  summary: 'List the checkpoints of a job, newest first; each can be used as a model',
  query: checkpointQuery,
  reply: { description: 'A page of checkpoints', json: listReply(checkpointReply, 'FineTuningJobCheckpointList') },
  async handle(call: Call) {
    const { id: job } = await jobOf(call);
    const found = await checkpointsOf(trainingOf(call).registry, job);
    return listPage(
      found,
      { ...readQuery(call, checkpointQuery), order: 'desc' },
      ({ id, step, model, metrics, created_at: at }) => ({
        id,
        object: 'fine_tuning.job.checkpoint',
        created_at: seconds(at),
        fine_tuned_model_checkpoint: model,
        step_number: step,
        metrics,
        fine_tuning_job_id: job,
      }),
    );
  },
});

export const endpoints: readonly Endpoint[] = [create, list, retrieve, ...asking, events, checkpoints];
