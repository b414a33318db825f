/** Evaluations. */
import { z } from '@hono/zod-openapi';
import { metadataField } from '../replies/lists.ts';

const anything = z.record(z.string(), z.unknown());
const turn = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.strictObject({ type: z.enum(['input_text', 'text']), text: z.string() })]),
});

export const evalRequest = z
  .strictObject({
    name: z.string().max(200).default(''),
    metadata: metadataField.default({}),
    data_source_config: z.discriminatedUnion('type', [
      z.strictObject({
        type: z.literal('custom'),
        item_schema: anything,
        include_sample_schema: z.boolean().optional(),
      }),
      z
        .strictObject({ type: z.enum(['stored_completions', 'logs']), metadata: metadataField.nullish() })
        .openapi({ description: 'Stored chat completions (`store: true`) with this metadata' }),
    ]),
    testing_criteria: z.array(anything).min(1).max(20),
  })
  .openapi('EvalRequest');

export type EvalConfig = z.output<typeof evalRequest>['data_source_config'];

const rows = z.array(z.strictObject({ item: anything, sample: anything.optional() })).min(1);
const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('file_id'), id: z.string() }),
  z.strictObject({ type: z.literal('file_content'), content: rows }),
]);
const unixSeconds = z.number().int().min(0).nullish();
const storedSource = z
  .strictObject({
    type: z.literal('stored_completions'),
    metadata: metadataField.nullish(),
    model: z.string().nullish(),
    created_after: unixSeconds,
    created_before: unixSeconds,
    limit: z.number().int().min(1).nullish(),
  })
  .openapi({ description: 'The newest ones first: `item.input` has the messages, `sample.output_text` the answer' });

const sampling = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  seed: z.number().int().optional(),
  max_completion_tokens: z.number().int().min(1).optional(),
});

export const evalRunRequest = z
  .strictObject({
    name: z.string().max(200).default(''),
    metadata: metadataField.default({}),
    data_source: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('jsonl'), source }),
      z.strictObject({
        type: z.literal('completions'),
        source: z.discriminatedUnion('type', [...source.options, storedSource]),
        model: z.string().optional().openapi({ description: 'If omitted, the answers in the rows are evaluated' }),
        input_messages: z
          .discriminatedUnion('type', [
            z.strictObject({ type: z.literal('template'), template: z.array(turn).min(1) }),
            z.strictObject({ type: z.literal('item_reference'), item_reference: z.string() }),
          ])
          .optional(),
        sampling_params: sampling.optional(),
      }),
    ]),
  })
  .openapi('EvalRunRequest');

export type EvalSource = z.output<typeof evalRunRequest>['data_source'];
export type Completions = Extract<EvalSource, { type: 'completions' }>;
export type StoredSource = z.output<typeof storedSource>;

export const evalReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('eval'),
    name: z.string(),
    metadata: z.record(z.string(), z.string()),
    data_source_config: z.strictObject({
      type: z.enum(['custom', 'stored_completions', 'logs']),
      schema: anything,
      metadata: z.record(z.string(), z.string()).optional(),
    }),
    testing_criteria: z.array(anything),
    created_at: z.number().int(),
  })
  .openapi('Eval');

export const evalRunReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('eval.run'),
    eval_id: z.string(),
    name: z.string(),
    metadata: z.record(z.string(), z.string()),
    model: z.string(),
    status: z.enum(['queued', 'in_progress', 'completed', 'canceled', 'failed']),
    data_source: anything,
    created_at: z.number().int(),
    report_url: z.string(),
    error: z.strictObject({ code: z.string(), message: z.string() }),
    result_counts: z.strictObject({
      total: z.number().int(),
      passed: z.number().int(),
      failed: z.number().int(),
      errored: z.number().int(),
    }),
    per_testing_criteria_results: z.array(
      z.strictObject({ testing_criteria: z.string(), passed: z.number().int(), failed: z.number().int() }),
    ),
    per_model_usage: z.array(anything),
    attune: z
      .strictObject({ pass_rate: z.number(), low: z.number(), high: z.number() })
      .nullable()
      .openapi({ description: 'Share of rows that pass, with a 95 % interval; null before the first row' }),
  })
  .openapi('EvalRun');

export const evalItemReply = z
  .strictObject({
    id: z.string(),
    object: z.literal('eval.run.output_item'),
    run_id: z.string(),
    eval_id: z.string(),
    created_at: z.number().int(),
    status: z.enum(['pass', 'fail', 'error']),
    datasource_item_id: z.number().int(),
    datasource_item: anything,
    results: z.array(z.strictObject({ name: z.string(), type: z.string(), score: z.number(), passed: z.boolean() })),
    sample: anything,
  })
  .openapi('EvalOutputItem');
