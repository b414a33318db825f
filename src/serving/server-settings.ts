/** Settings of a server: serve.yaml, flags, or a program's own options. */
import { z } from 'zod';
import { BYTE_SIZE } from '../base/byte-size.ts';
import { A_DEVICE, DEVICE_NAME } from '../base/wanted-device.ts';
import { DURATION } from '../base/duration.ts';
import { testNames } from '../monitoring/monitor/test-weights.ts';

const bytes = z.union([z.number().int().positive(), z.string().regex(BYTE_SIZE, 'must be a size, such as 8GB')]);

const duration = z.union([z.number().min(0), z.string().regex(DURATION, 'must be seconds, or a time such as 5m')]);

const monitorSchema = z.strictObject({
  reference: z
    .number()
    .int()
    .min(50)
    .default(1000)
    .describe('answers of a version that serve as the baseline for later ones'),
  days: z.number().positive().default(7).describe('days of a period, after which counting restarts'),
  calibration: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('calibration error of answers that people labelled which raises no alarm'),
  ignore: z
    .array(z.enum(testNames))
    .default([])
    .describe('signals that are measured but raise no alarm, such as milliseconds on a shared machine'),
  retention: z.number().int().positive().default(30).describe('days until stored data of an answer is deleted'),
  feedback_retention: z.number().int().positive().default(365).describe('days until feedback is deleted'),
  webhook: z.url().optional().describe('URL that alarms are posted to, as Standard Webhooks'),
  webhook_secret_env: z.string().optional().describe('environment variable with the secret: whsec_…'),
  command: z
    .array(z.string())
    .min(1)
    .optional()
    .describe('program and arguments that get each alarm as JSON on standard input: [mail, -s, alarm, me@example.org]'),
});

export type MonitorSettings = z.output<typeof monitorSchema>;

export const usualMonitorSettings: MonitorSettings = monitorSchema.parse({});

/** Limits on the bytes of stored files and the number of unfinished jobs. */
export const quotaSchema = z.strictObject({ storage: bytes.optional(), jobs: z.number().int().min(0).optional() });

/** Limits per key; default: unlimited. */
export const rateSchema = z.strictObject({
  requests_per_minute: z.number().int().positive().optional(),
  tokens_per_minute: z.number().int().positive().optional(),
  requests_per_day: z.number().int().positive().optional(),
  tokens_per_day: z.number().int().positive().optional(),
});

export type RateSettings = z.output<typeof rateSchema>;

/** Limits on the cost of a single request, row or job. */
const limitsSchema = z.strictObject({
  constraint_seconds: z
    .number()
    .positive()
    .default(10)
    .describe('seconds to compile a schema, expression or list of choices'),
  constraint_memory: bytes.default('512MB').describe('memory to compile them'),
  grader_comparisons: z
    .number()
    .int()
    .positive()
    .default(500_000_000)
    .describe(
      'grader comparisons: characters or words of one text times those of the other, over all parts of a grader',
    ),
  job_steps: z.number().int().positive().default(100_000).describe('maximum steps of a fine-tuning job'),
  job_tokens: z.number().int().positive().default(1_000_000_000).describe('maximum tokens that a job reads'),
  job_hours: z.number().positive().default(24).describe('hours after which a job is stopped, with its last checkpoint'),
  job_turn_minutes: z
    .number()
    .positive()
    .default(30)
    .describe('minutes after which a job is saved and paused if a job of another key is waiting'),
  form_parts: z.number().int().positive().default(1000).describe('maximum fields and files of a form'),
});

export type LimitSettings = z.output<typeof limitsSchema>;

export const settingsSchema = z.strictObject({
  models: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), target: z.string() })]))
    .default([])
    .describe('runs, adapters, model folders or known names'),
  aliases: z.record(z.string(), z.string()).default({}).describe('aliases: gpt-4o-mini: runs/tickets'),
  registry: z
    .boolean()
    .default(false)
    .describe("whether to serve the registry's models by name; alias changes take effect at once"),
  training: z
    .boolean()
    .default(false)
    .describe('whether to accept files and fine-tuning jobs; every key sees its own, and its models'),
  max_file: bytes.default('512MB').describe('maximum size of a file uploaded in one request'),
  quota: quotaSchema.required().prefault({ storage: '10GB', jobs: 10 }).describe('default quota of a key'),
  rate: rateSchema.default({}).describe('default rate limits of a key'),
  limits: limitsSchema.prefault({}).describe('limits of a single request, row or job'),
  webhooks: z
    .array(
      z.strictObject({
        url: z.url({ protocol: /^https?$/ }),
        secret: z.string().regex(/^whsec_[A-Za-z0-9+/=]{24,}$/, 'must be whsec_ and at least 18 bytes in base64'),
        events: z.array(z.string()).optional(),
      }),
    )
    .default([])
    .describe('receivers of job events, as Standard Webhooks'),
  adapters: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), target: z.string() })]))
    .default([])
    .describe('adapters that POST /v1/load_lora_adapter may load, by name; not served before that'),
  upstreams: z
    .record(
      z.string(),
      z.strictObject({
        api_base: z
          .url({ protocol: /^https?$/ })
          .describe('base URL including the version: https://api.example.com/v1'),
        model: z.string().describe("the model's name there"),
        api_key_env: z.string().optional().describe('environment variable with the key'),
        timeout: z.number().positive().max(3600).default(600).describe('maximum seconds without data from it'),
      }),
    )
    .default({})
    .describe('names that are answered by another OpenAI-compatible server; only requests for them leave this machine'),
  fallbacks: z
    .record(z.string(), z.string())
    .default({})
    .describe('by model: the upstream that answers if the model cannot be opened or its queue is full'),
  adapter_folder: z
    .string()
    .optional()
    .describe('folder of adapters, served under the names of their subfolders; each is opened by its first request'),
  max_loaded_adapters: z
    .number()
    .int()
    .positive()
    .default(1024)
    .describe('maximum adapters open at once; the least recently used idle one is closed for the next'),
  keep_alive: duration
    .optional()
    .describe('idle time after which a model or adapter is closed: 5m (default: when its memory is needed)'),
  host: z.string().default('127.0.0.1').describe('address to listen on'),
  port: z.number().int().min(0).max(65_535).default(8000),
  api_keys: z.string().optional().describe('API key file, as written by `attune keys create`'),
  open: z.boolean().default(false).describe('whether anyone on the network may use the server without keys'),
  unsupported: z
    .enum(['refuse', 'warn', 'ignore'])
    .default('refuse')
    .describe('what to do with fields that the server does not support'),
  max_queue: z.number().int().min(0).default(256).describe('answers that may wait for a place in the batch'),
  keep: z
    .enum(['counts', 'text'])
    .default('counts')
    .describe('what to store of answers: only counts, or also texts, without personal data and encrypted'),
  keep_responses: z
    .boolean()
    .default(false)
    .describe(
      'whether to store responses, completions and conversations encrypted in the database, for all ' +
        'servers; otherwise in memory',
    ),
  max_responses: bytes.default('4GB').describe('size limit of keep_responses; the oldest are deleted'),
  max_cache: bytes
    .default('50GB')
    .describe('size limit of local copies of files in the bucket; the least recently used are deleted first'),
  monitor: z
    .union([z.boolean(), monitorSchema])
    .default(true)
    .describe('whether to monitor answers for changes; or monitoring settings'),
  cors: z.array(z.string()).default([]).describe('origins of pages that may call the server'),
  allowed_hosts: z.array(z.string()).default([]).describe('further accepted values of the Host header'),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional().describe('PEM files'),
  memory: bytes.optional().describe('memory limit of loaded weights and their key-value caches'),
  kv_cache: bytes
    .optional()
    .describe(
      "memory for keys and values of each model's answers, counted in `memory` (default: an eighth of `memory`, or a " +
        'quarter of free memory if that is not given; at most 4 GiB)',
    ),
  precision: z.enum(['auto', 'bf16', 'f32']).default('auto'),
  device: z.string().regex(DEVICE_NAME, A_DEVICE).default('auto'),
  storage: z.enum(['dense', 'int8_forward']).default('dense'),
  trained_defaults: z
    .boolean()
    .default(true)
    .describe('whether chats without a system message or tools get those that all training rows had'),
  max_body: bytes.default('10MB').describe('maximum size of a JSON request'),
  max_upload: bytes.default('25MB').describe('maximum size of a recording'),
  header_seconds: z.number().positive().default(20).describe('seconds for a client to send its headers'),
  request_seconds: z.number().positive().default(120).describe('seconds for a client to send its whole request'),
  heartbeat_seconds: z.number().positive().default(15).describe('seconds between keep-alive signs of a long answer'),
  drain_seconds: z.number().positive().default(60).describe('seconds for requests in flight when the server stops'),
  otlp: z.string().optional().describe('URL that receives traces and metrics (OTLP over HTTP)'),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type ServeSettings = z.output<typeof settingsSchema>;
export type ServeSettingsInput = z.input<typeof settingsSchema>;
