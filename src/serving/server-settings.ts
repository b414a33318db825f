/** Settings of a server: serve.yaml, flags, or a program's own options. */
import { z } from 'zod';
import { BYTE_SIZE } from '../base/byte-size.ts';
import { DURATION } from '../base/duration.ts';
import { testNames } from '../monitoring/monitor/test-weights.ts';

const bytes = z.union([z.number().int().positive(), z.string().regex(BYTE_SIZE, 'must be a size, such as 8GB')]);

const duration = z.union([z.number().min(0), z.string().regex(DURATION, 'must be seconds, or a time such as 5m')]);

const monitorSchema = z.strictObject({
  reference: z.number().int().min(50).default(1000).describe('answers of a version that later ones are measured by'),
  days: z.number().positive().default(7).describe('of a period, after which counting begins anew'),
  ignore: z
    .array(z.enum(testNames))
    .default([])
    .describe('signals that are measured and raise no alarm, such as milliseconds on a machine that does other work'),
  retention: z.number().int().positive().default(30).describe('days until what is kept of an answer is deleted'),
  feedback_retention: z.number().int().positive().default(365).describe('days until feedback is deleted'),
  webhook: z.url().optional().describe('address that alarms are posted to, by Standard Webhooks'),
  webhook_secret_env: z.string().optional().describe('variable of the environment with its secret: whsec_…'),
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('program and arguments that get an alarm as JSON on their input: [mail, -s, alarm, me@example.org]'),
});

export type MonitorSettings = z.output<typeof monitorSchema>;

export const usualMonitorSettings: MonitorSettings = monitorSchema.parse({});

/** Bytes of stored files, and number of unfinished jobs. */
export const quotaSchema = z.strictObject({ storage: bytes.optional(), jobs: z.number().int().min(0).optional() });

/** Limits per key; default: unlimited. */
export const rateSchema = z.strictObject({
  requests_per_minute: z.number().int().positive().optional(),
  tokens_per_minute: z.number().int().positive().optional(),
  requests_per_day: z.number().int().positive().optional(),
  tokens_per_day: z.number().int().positive().optional(),
});

export type RateSettings = z.output<typeof rateSchema>;

/** Cost limits of any one request, row or job. */
const limitsSchema = z.strictObject({
  constraint_seconds: z.number().positive().default(10).describe('to compile a schema, expression or list of choices'),
  constraint_memory: bytes.default('512MB').describe('for the same'),
  grader_comparisons: z
    .number()
    .int()
    .positive()
    .default(500_000_000)
    .describe('characters or words of one text times those of the other, over all parts of a grader'),
  job_steps: z.number().int().positive().default(100_000).describe('of one fine-tuning job'),
  job_tokens: z.number().int().positive().default(1_000_000_000).describe('that one job reads'),
  job_hours: z.number().positive().default(24).describe('after which a job is stopped, with its last checkpoint'),
  job_turn_minutes: z
    .number()
    .positive()
    .default(30)
    .describe("after which a job is saved and waits where another key's job waits, to go on after it"),
  form_parts: z.number().int().positive().default(1000).describe('fields and files of a form'),
});

export type LimitSettings = z.output<typeof limitsSchema>;

export const settingsSchema = z.strictObject({
  models: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), target: z.string() })]))
    .default([])
    .describe('runs, adapters, model folders or known names'),
  aliases: z.record(z.string(), z.string()).default({}).describe('further names: gpt-4o-mini: runs/tickets'),
  registry: z
    .boolean()
    .default(false)
    .describe("whether the registry's models are served by their names; changes of their aliases are followed at once"),
  training: z
    .boolean()
    .default(false)
    .describe('whether files and fine-tuning jobs are taken; every key sees its own, and its models'),
  max_file: bytes.default('512MB').describe('of a file for jobs that is sent at once'),
  quota: quotaSchema
    .required()
    .prefault({ storage: '10GB', jobs: 10 })
    .describe('what each key has, where its own entry does not say it'),
  rate: rateSchema.default({}).describe('what each key may ask, where its own entry does not say it'),
  limits: limitsSchema.prefault({}).describe('what one request, row or job may cost'),
  webhooks: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }),
        secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]{24,}$/, 'must be whsec_ and at least 18 bytes in base64'),
        events: z.array(z.string()).optional(),
      }),
    )
    .default([])
    .describe('receivers of job events, by Standard Webhooks'),
  adapters: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), target: z.string() })]))
    .default([])
    .describe('adapters that POST /v1/load_lora_adapter may load, by name; not served until then'),
  upstreams: z
    .record(
      z.string(),
      z.strictObject({
        api_base: z.url({ protocol: /^https?$/ }).describe('address up to the version: https://api.example.com/v1'),
        model: z.string().describe('its name there'),
        api_key_env: z.string().optional().describe('variable of the environment with the key'),
        timeout: z.number().positive().max(3600).default(600).describe('seconds without a byte from it'),
      }),
    )
    .default({})
    .describe('names that another OpenAI-compatible server answers to; only requests for them leave this machine'),
  fallbacks: z
    .record(z.string(), z.string())
    .default({})
    .describe('by model: the upstream that answers while the model cannot be opened or its queue is full'),
  adapter_folder: z
    .string()
    .optional()
    .describe('folder of adapters that are served by the names of their folders, each opened by its first request'),
  max_loaded_adapters: z
    .number()
    .int()
    .positive()
    .default(1024)
    .describe('adapters that are open at once; the least recently used one without requests is closed for the next'),
  keep_alive: duration
    .optional()
    .describe('until a model or adapter without requests is closed: 5m; unless given, when its memory is needed'),
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  port: z.number().int().min(0).max(65_535).default(8000),
  api_keys: z.string().optional().describe('file of keys, as `attune keys create` writes it'),
  open: z.boolean().default(false).describe('whether anybody may use a server that others can reach, without keys'),
  unsupported: z
    .enum(['refuse', 'warn', 'ignore'])
    .default('refuse')
    .describe('what happens to fields that nothing here follows'),
  max_queue: z.number().int().min(0).default(256).describe('answers that may wait for a place in the batch'),
  keep: z
    .enum(['counts', 'text'])
    .default('counts')
    .describe('what is kept of answers: counts, or their texts, too, without personal data and encrypted'),
  keep_responses: z
    .boolean()
    .default(false)
    .describe(
      'whether responses, stored completions and conversations are kept in the database, encrypted, so that any server ' +
        'finds them; else in memory',
    ),
  max_responses: bytes.default('4GB').describe('of what keep_responses keeps; the oldest are deleted'),
  max_cache: bytes
    .default('50GB')
    .describe(
      "of this machine's copies of files in the bucket; those that were not used for the longest time go first",
    ),
  monitor: z
    .union([z.boolean(), monitorSchema])
    .default(true)
    .describe('whether answers are watched for changes; or how'),
  cors: z.array(z.string()).default([]).describe('origins of pages that may call the server'),
  allowed_hosts: z.array(z.string()).default([]).describe('further values of the Host header'),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional().describe('files in PEM'),
  memory: bytes.optional().describe('weights that may be loaded at once'),
  precision: z.enum(['auto', 'bf16', 'f32']).default('auto'),
  storage: z.enum(['dense', 'int8_forward']).default('dense'),
  trained_defaults: z
    .boolean()
    .default(true)
    .describe('whether a chat without a system message, or without tools, gets those that all training rows had'),
  max_body: bytes.default('10MB').describe('of a request in JSON'),
  max_upload: bytes.default('25MB').describe('of a recording'),
  header_seconds: z.number().positive().default(20).describe('that a client has to send its headers'),
  request_seconds: z.number().positive().default(120).describe('that a client has to send its whole request'),
  heartbeat_seconds: z.number().positive().default(15).describe('between signs of life of an answer that takes long'),
  drain_seconds: z.number().positive().default(60).describe('that requests in flight have when the server is stopped'),
  otlp: z.string().optional().describe('address that takes traces and metrics by OTLP over HTTP'),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type ServeSettings = z.output<typeof settingsSchema>;
export type ServeSettingsInput = z.input<typeof settingsSchema>;
