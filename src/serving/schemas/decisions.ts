/** Request and response bodies of typed questions, in System One's format (also OpenRouter's) and in OpenAI's. */
import { z } from '@hono/zod-openapi';

const anything = z.record(z.string(), z.unknown());

export const systemOneRequest = z
  .strictObject({
    model: z.string(),
    state: z
      .union([z.string(), anything, z.array(z.unknown())], 'expected a text, an object or a list')
      .openapi({ description: 'The subject of the questions' }),
    questions: anything.openapi({
      description:
        'By id: {type: noul | choice | score, instructions, criteria}; criteria are null or {true, false}, ' +
        'an object of options, or a list of levels',
    }),
    user: z.string().optional(),
  })
  .openapi('SystemOneRequest');

const probabilities = z.record(z.string(), z.number());

const systemOneAnswer = z.union([
  z.strictObject({ type: z.literal('noul'), noul: z.number() }),
  z.strictObject({ type: z.literal('choice'), choice: z.string(), probabilities, confidence: z.number() }),
  z.strictObject({
    type: z.literal('score'),
    score: z.number().openapi({ description: 'The expected level' }),
    probabilities,
    legend: z.record(z.string(), z.string()),
    confidence: z.number(),
  }),
]);

export const systemOneReply = z
  .strictObject({
    model: z.string(),
    answers: z.record(z.string(), systemOneAnswer),
    usage: z.strictObject({ input_tokens: z.number().int(), output_tokens: z.number().int() }),
  })
  .openapi('SystemOneReply');

export const decisionsRequest = z
  .strictObject({
    model: z.string(),
    input: z
      .union([z.string(), z.array(anything)], 'expected a text, or a list of messages')
      .optional()
      .openapi({ description: "The subject of the questions, in OpenAI's form" }),
    state: z
      .union([z.string(), anything, z.array(z.unknown())])
      .optional()
      .openapi({
        description: "The subject in OpenRouter's form; questions and answers then have the form of /v1/systemone",
      }),
    questions: z.union([z.array(anything), anything]).openapi({
      description:
        'A list of {type: predicate, instructions}, {type: choice, instructions, choices: [{value, description}]} and ' +
        '{type: score, instructions, levels: [{label, description}]}, each with an optional name',
    }),
    prompt_cache_key: z.string().optional(),
    safety_identifier: z.string().optional(),
    user: z.string().optional(),
  })
  .openapi('DecisionsRequest');

const name = z.string().nullable();

const openAiAnswer = z.union([
  z.strictObject({ type: z.literal('predicate'), name, probability: z.number() }),
  z.strictObject({
    type: z.literal('choice'),
    name,
    choice: z.union([z.string(), z.boolean()]),
    confidence: z.number(),
    probabilities: z.array(z.strictObject({ value: z.union([z.string(), z.boolean()]), probability: z.number() })),
  }),
  z.strictObject({
    type: z.literal('score'),
    name,
    score: z.number(),
    confidence: z.number(),
    probabilities: z.array(z.strictObject({ value: z.number().int(), label: z.string(), probability: z.number() })),
  }),
]);

export const decisionsReply = z
  .strictObject({
    model: z.string(),
    answers: z.array(openAiAnswer),
    usage: z.strictObject({
      input_tokens: z.number().int(),
      input_tokens_details: z.strictObject({ cached_tokens: z.number().int(), cache_write_tokens: z.number().int() }),
      output_tokens: z.number().int(),
      output_tokens_details: z.strictObject({ reasoning_tokens: z.number().int() }),
      total_tokens: z.number().int(),
    }),
  })
  .openapi('Decisions');

export type SystemOneReply = z.output<typeof systemOneReply>;
export type DecisionsRequest = z.output<typeof decisionsRequest>;
export type DecisionsReply = z.output<typeof decisionsReply>;
