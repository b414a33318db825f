/** Sampling fields, common to all endpoints that generate text. */
import { parseJson } from '../../files/json.ts';
import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { ConstraintSpec } from '../../answering/decoding/index.ts';
import type { WriterDescription } from '../../answering/generate/model-questions.ts';
import { invalidValue } from '../api-error.ts';
import type { Sampling } from '../models/opened.ts';
import { metadataField } from '../replies/lists.ts';

const schemaValue = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
/** A schema, or its JSON text. */
const schemaOrText = z.union([z.string(), schemaValue]);

export const responseFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object'), schema: schemaValue.nullish() }),
  z.looseObject({
    type: z.literal('json_schema'),
    json_schema: z.looseObject({
      name: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, - and _, 64 at most'),
      schema: schemaValue.optional(),
      strict: z.boolean().nullish(),
      description: z.string().nullish(),
    }),
  }),
]);

/** The field for padding has no effect: protection against traffic analysis is left to TLS. */
export const streamOptions = z.looseObject({
  include_usage: z.boolean().nullish(),
  include_obfuscation: z.boolean().nullish(),
});

/** Accepted without effect: prompts stay cached as long as memory allows. */
export const prompt_cache_retention = z.enum(['in_memory', 'in-memory', '24h']).optional();

const notAsked = z.literal(false).optional();

export const samplingFields = {
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.number().int().min(-1).optional(),
  min_p: z.number().min(0).max(1).optional(),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  repetition_penalty: z.number().gt(0).max(100).optional(),
  repeat_penalty: z.number().gt(0).max(100).optional(),
  seed: z.number().refine(Number.isInteger, 'must be a whole number').optional(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).optional(),
  stop_token_ids: z.array(z.number().int().min(0)).max(64).optional(),
  ignore_eos: z.boolean().optional(),
  min_tokens: z.number().int().min(0).optional(),
  logit_bias: z.record(z.string(), z.number().min(-100).max(100)).optional(),
  n: z.number().int().min(1).max(128).optional(),
  structured_outputs: z
    .looseObject({
      json: schemaOrText.nullish(),
      regex: z.string().nullish(),
      choice: z.array(z.string()).nullish(),
      json_object: z.boolean().nullish(),
      // Fields that vLLM's clients send with default values.
      disable_fallback: notAsked,
      disable_any_whitespace: notAsked,
      disable_additional_properties: notAsked,
    })
    .optional(),
  guided_json: schemaOrText.optional(),
  guided_regex: z.string().optional(),
  guided_choice: z.array(z.string()).optional(),
  response_format: responseFormat.optional(),
  return_token_ids: z.boolean().optional(),
  cache_salt: z.string().min(1).max(256).optional(),
  adapter_id: z.string().optional(),
  // User identifiers and metadata, without effect on answers.
  user: z.string().optional(),
  safety_identifier: z.string().optional(),
  prompt_cache_key: z.string().optional(),
  prompt_cache_retention,
  metadata: metadataField.optional(),
};

type Fields = { [Name in keyof typeof samplingFields]?: z.output<(typeof samplingFields)[Name]> };

/** Default maximum length of an answer in tokens. */
const USUAL_LENGTH = 4096;

/** @throws ApiError 400 for unknown tokens, or settings that exclude each other */
export function samplingOf(fields: Fields, writer: WriterDescription, maxTokens: number | undefined): Sampling {
  const { temperature = 1, top_p: topP, top_k: topK, min_p: minP, n } = fields;
  const constraint = constraintOf(fields);
  const maxNewTokens = maxTokens ?? Math.min(USUAL_LENGTH, writer.maxPositions);
  return {
    temperature,
    topP: topP === 0 ? Number.MIN_VALUE : topP,
    topK: topK === -1 ? 0 : topK,
    minP,
    n,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    repetitionPenalty: fields.repetition_penalty ?? fields.repeat_penalty,
    seed: seedOf(fields.seed),
    stop: typeof fields.stop === 'string' ? [fields.stop] : fields.stop,
    stopIds: stopIdsOf(fields, writer),
    logitBias: biasOf(fields.logit_bias, writer),
    maxNewTokens,
    minNewTokens: leastLengthOf(fields.min_tokens, maxNewTokens, constraint),
    ...(constraint !== undefined && { constraint: constraint.spec }),
  };
}

/** Without a seed, each request is sampled differently. */
function seedOf(seed: number | undefined): number {
  if (seed === undefined) return randomBytes(6).readUIntBE(0, 6);
  return Number(BigInt.asUintN(53, BigInt(seed)));
}

/** Minimum length; undefined with a constraint, which decides where an answer may end. */
function leastLengthOf(given = 0, most: number, constraint: Constraint | undefined): number | undefined {
  if (given === 0) return undefined;
  if (given > most)
    throw invalidValue('min_tokens', `min_tokens is ${given}, but the answer may have at most ${most} tokens.`);
  if (constraint === undefined) return given;
  throw invalidValue(
    'min_tokens',
    `${constraint.field} determines where the answer ends, so min_tokens cannot be used.`,
  );
}

function stopIdsOf(
  { stop_token_ids: given, ignore_eos: ignores }: Fields,
  { stopIds, vocabularySize }: WriterDescription,
): number[] | undefined {
  if (given === undefined && ignores !== true) return undefined;
  const unknown = given?.findIndex((id) => id >= vocabularySize) ?? -1;
  if (unknown >= 0)
    throw invalidValue(
      `stop_token_ids[${unknown}]`,
      `The model's vocabulary has ${vocabularySize} tokens; ${given![unknown]} is not one of them.`,
    );
  return [...(given ?? []), ...(ignores === true ? [] : stopIds)];
}

/** Token biases; a bias of 0 has no effect, whatever its token. */
function biasOf(
  given: Record<string, number> | undefined,
  { vocabularySize }: WriterDescription,
): Record<number, number> | undefined {
  const biases = Object.entries(given ?? {}).filter(([, bias]) => bias !== 0);
  const [wrong] = biases.find(([id]) => !/^\d+$/.test(id) || Number(id) >= vocabularySize) ?? [];
  if (wrong === undefined) return biases.length === 0 ? undefined : Object.fromEntries(biases);
  throw invalidValue(
    'logit_bias',
    `logit_bias takes token ids from 0 to ${vocabularySize - 1}; got ${JSON.stringify(wrong)}.`,
  );
}

/**
 * The constraint on the answer, with the field that sets it. @throws ApiError 400 if the constraint is invalid, or
 * several fields set one
 */
export function constraintOf(fields: Fields): Constraint | undefined {
  const { structured_outputs: structured, guided_json: json, guided_regex: regex, guided_choice: choices } = fields;
  const given = [
    ...formatConstraint(fields.response_format),
    ...(structured === undefined ? [] : structuredConstraints(structured)),
    ...(json === undefined ? [] : [{ spec: { schema: schemaOf(json, 'guided_json') }, field: 'guided_json' }]),
    ...(regex === undefined ? [] : [{ spec: { regex }, field: 'guided_regex' }]),
    ...(choices === undefined ? [] : [{ spec: { choices }, field: 'guided_choice' }]),
  ];
  if (given.length <= 1) return given[0];
  throw invalidValue(given[1].field, `${given.map(({ field }) => field).join(' and ')} cannot be combined.`);
}

interface Constraint {
  spec: ConstraintSpec;
  field: string;
}

function formatConstraint(format: Fields['response_format']): Constraint[] {
  const field = 'response_format';
  if (format === undefined || format.type === 'text') return [];
  if (format.type === 'json_schema')
    return [{ spec: { schema: format.json_schema.schema ?? { type: 'object' } }, field }];
  return [{ spec: isSchema(format.schema) ? { schema: format.schema } : { type: 'json_object' }, field }];
}

function isSchema<Schema>(value: Schema | null | undefined): value is Schema {
  return value !== undefined && value !== null;
}

function structuredConstraints(given: NonNullable<Fields['structured_outputs']>): Constraint[] {
  const field = 'structured_outputs';
  const { json, regex, choice, json_object: isObject } = given;
  return [
    ...(isSchema(json) ? [{ spec: { schema: schemaOf(json, `${field}.json`) }, field: `${field}.json` }] : []),
    ...(regex === undefined || regex === null ? [] : [{ spec: { regex }, field: `${field}.regex` }]),
    ...(choice === undefined || choice === null ? [] : [{ spec: { choices: choice }, field: `${field}.choice` }]),
    ...(isObject === true ? [{ spec: { type: 'json_object' as const }, field: `${field}.json_object` }] : []),
  ];
}

function schemaOf(value: string | boolean | Record<string, unknown>, field: string): boolean | object {
  if (typeof value !== 'string') return value;
  try {
    const parsed = parseJson(value) as unknown;
    if (typeof parsed === 'boolean' || (typeof parsed === 'object' && parsed !== null)) return parsed;
  } catch {
    // The error is thrown below.
  }
  throw invalidValue(field, `${field} is not a valid JSON schema.`, 'invalid_schema');
}

/** Unsupported fields of OpenAI and other servers, with the values accepted for them. */
export const unsupportedSampling = {
  best_of: [1],
  use_beam_search: [false],
  length_penalty: [1],
  early_stopping: [false],
  include_stop_str_in_output: [false],
  skip_special_tokens: [true],
  spaces_between_special_tokens: [true, false],
  truncate_prompt_tokens: [],
  truncation_side: [],
  prompt_logprobs: [],
  logprob_token_ids: [],
  allowed_token_ids: [],
  bad_words: [[]],
  guided_grammar: [],
  guided_decoding_backend: [],
  guided_whitespace_pattern: [],
  priority: [0],
  request_id: [],
  session_id: [],
  return_tokens_as_token_ids: [false],
  thinking_token_budget: [],
  repetition_detection: [],
  stream_interval: [],
  logits_processors: [],
  service_tier: ['auto', 'default'],
  prompt_cache_options: [],
} as const;
