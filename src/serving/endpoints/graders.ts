/** Runs and validates graders. */
import { z } from '@hono/zod-openapi';
import { compileGrader, type Grade } from '../../scoring/graders/grade.ts';
import { takeTurn } from '../../base/turn.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readGrader } from '../training/graders.ts';

const anyGrader = z.record(z.string(), z.unknown());

const validateRequest = z.strictObject({ grader: anyGrader }).openapi('ValidateGraderRequest');

const validate = defineEndpoint({
  method: 'post',
  path: '/v1/fine_tuning/alpha/graders/validate',
  tag: 'Training',
  summary: 'Validate a grader',
  body: { schema: validateRequest },
  reply: { description: 'The grader', json: validateRequest },
  handle: ({ body }) => Response.json({ grader: readGrader(body.grader) }),
});

const runRequest = z
  .strictObject({
    grader: anyGrader,
    model_sample: z.string().openapi({ description: 'The answer' }),
    item: z.record(z.string(), z.unknown()).default({}).openapi({ description: "Columns of the answer's row" }),
  })
  .openapi('RunGraderRequest');

const runReply = z
  .strictObject({
    reward: z.number(),
    metadata: z.strictObject({
      name: z.string(),
      type: z.string(),
      errors: z.record(z.string(), z.union([z.boolean(), z.string(), z.null()])),
      execution_time: z.number(),
      scores: z.record(z.string(), z.number()),
      token_usage: z.null(),
      sampled_model_name: z.null(),
    }),
    sub_rewards: z.record(z.string(), z.number()),
    model_grader_token_usage_per_model: z.record(z.string(), z.unknown()),
  })
  .openapi('GraderRun');

function errorsOf({ failures }: Grade): Record<string, boolean | null> {
  return {
    formula_parse_error: false,
    invalid_variable_error: failures.includes('invalid_variable'),
    model_grader_parse_error: false,
    model_grader_refusal_error: false,
    model_grader_server_error: false,
    model_grader_server_error_details: null,
    other_error: failures.includes('not_finite'),
    python_grader_runtime_error: false,
    python_grader_runtime_error_details: null,
    python_grader_server_error: false,
    python_grader_server_error_type: null,
    sample_parse_error: failures.includes('sample_parse'),
    truncated_observation_error: false,
    unresponsive_reward_error: false,
  };
}

const run = defineEndpoint({
  method: 'post',
  path: '/v1/fine_tuning/alpha/graders/run',
  tag: 'Training',
  summary: 'Run a grader on an answer',
  body: { schema: runRequest },
  reply: { description: 'The score', json: runReply },
  async handle({ body, owner, request, server }) {
    const grader = readGrader(body.grader);
    const score = compileGrader(grader, server.settings.limits.grader_comparisons);
    using _turn = await server.grading.take({ owner, signal: request.signal });
    await takeTurn(request.signal);
    const start = performance.now();
    const grade = score({ item: body.item, answer: body.model_sample });
    return Response.json({
      reward: grade.reward,
      metadata: {
        name: grader.name,
        type: grader.type,
        errors: errorsOf(grade),
        execution_time: (performance.now() - start) / 1000,
        scores: grade.parts,
        token_usage: null,
        sampled_model_name: null,
      },
      sub_rewards: grade.parts,
      model_grader_token_usage_per_model: {},
    });
  },
});

export const endpoints: readonly Endpoint[] = [validate, run];
