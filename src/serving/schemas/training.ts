/** Fine-tuning jobs. */
import { z } from '@hono/zod-openapi';
import { metadataField } from '../replies/lists.ts';

const auto = z.literal('auto');
const orAuto = <Schema extends z.ZodType>(schema: Schema) => z.union([auto, schema]).default('auto' as never);

const common = {
  batch_size: orAuto(z.number().int().min(1).max(10_000)),
  learning_rate_multiplier: orAuto(z.number().positive()),
  n_epochs: orAuto(z.number().int().min(1).max(50)),
};

const supervised = z.strictObject(common).prefault({});
const dpo = z.strictObject({ ...common, beta: orAuto(z.number().positive().max(2)) }).prefault({});
const reinforcement = z
  .strictObject({
    ...common,
    compute_multiplier: orAuto(z.number().min(0.25).max(8)),
    eval_interval: orAuto(z.number().int().min(1).max(1000)),
    eval_samples: orAuto(z.number().int().min(1).max(100)),
  })
  .prefault({});

/** Methods by type, in requests and replies. */
const method = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('supervised'),
    supervised: z.strictObject({ hyperparameters: supervised }).prefault({}),
  }),
  z.strictObject({ type: z.literal('dpo'), dpo: z.strictObject({ hyperparameters: dpo }).prefault({}) }),
  z.strictObject({
    type: z.literal('reinforcement'),
    reinforcement: z.strictObject({ grader: z.record(z.string(), z.unknown()), hyperparameters: reinforcement }),
  }),
]);

export const jobRequest = z
  .strictObject({
    model: z.string(),
    training_file: z.string(),
    validation_file: z.string().optional(),
    suffix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be up to 64 letters, digits and . _ -')
      .optional(),
    seed: z.number().int().min(0).max(2_147_483_647).optional(),
    method: method.optional(),
    hyperparameters: supervised.optional(),
    metadata: metadataField.default({}),
    attune: z
      .record(z.string(), z.unknown())
      .default({})
      .openapi({ description: 'Further keys of the attune recipe: tuning, training, storage, checkpoints, data' }),
  })
  .openapi('FineTuningJobRequest');

export type JobRequest = z.output<typeof jobRequest>;

export const unsupportedJob = { integrations: [[]] };

export const jobReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('fine_tuning.job'),
    created_at: z.number().int(),
    finished_at: z.number().int().nullable(),
    model: z.string(),
    fine_tuned_model: z.string().nullable(),
    organization_id: z.string(),
    status: z.enum(['validating_files', 'queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled']),
    training_file: z.string(),
    validation_file: z.string().nullable(),
    hyperparameters: z.record(z.string(), z.unknown()),
    method: z.record(z.string(), z.unknown()),
    seed: z.number().int(),
    trained_tokens: z.number().int().nullable(),
    result_files: z.array(z.string()),
    error: z.strictObject({ code: z.string(), message: z.string(), param: z.string().nullable() }).nullable(),
    integrations: z.array(z.unknown()).max(0),
    estimated_finish: z.number().int().nullable(),
    metadata: z.record(z.string(), z.string()),
    user_provided_suffix: z.string().nullable(),
  })
  .openapi('FineTuningJob');

export const eventReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('fine_tuning.job.event'),
    created_at: z.number().int(),
    level: z.enum(['info', 'warn', 'error']),
    message: z.string(),
    type: z.enum(['message', 'metrics']),
    data: z.record(z.string(), z.unknown()),
  })
  .openapi('FineTuningJobEvent');

export const checkpointReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('fine_tuning.job.checkpoint'),
    created_at: z.number().int(),
    fine_tuned_model_checkpoint: z.string(),
    step_number: z.number().int(),
    metrics: z.record(z.string(), z.number()),
    fine_tuning_job_id: z.string(),
  })
  .openapi('FineTuningJobCheckpoint');

export const permissionReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('checkpoint.permission'),
    created_at: z.number().int(),
    project_id: z.string().openapi({ description: 'Name of the API key that may use the model' }),
  })
  .openapi('CheckpointPermission');
