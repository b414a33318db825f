import { readDecision } from '../../data/formats/decision-questions.ts';
import type { Call } from '../server-call.ts';
import { decide } from '../decisions/answer-decisions.ts';
import { defineEndpoint } from '../endpoint.ts';
import { slowJson } from '../replies/slow-json.ts';
import { systemOneReply, systemOneRequest, type SystemOneReply } from '../schemas/decisions.ts';
import { systemOneAnswers } from '../../scoring/decisions.ts';

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/systemone',
  tag: 'Other kinds',
  summary: 'Answer typed questions about a state with probabilities',
  body: { schema: systemOneRequest, unsupported: { images: [[]], assets: [{}] } },
  reply: { description: 'One answer per question, by id', json: systemOneReply },
  fields: { prompt: 'state' },
  handle: (call) => answerSystemOne(call, call.body),
});

/** @throws ApiError 400 that names every bad field */
export function answerSystemOne(
  call: Call,
  { model: name, state, questions }: { model: string; state: unknown; questions: unknown },
): Promise<Response> {
  const model = call.model(name, 'text', 'rows');
  const asked = readDecision({ state, questions });
  call.exchange.describe({ operation: 'decisions', body: call.body as Record<string, unknown> });
  return slowJson(call, async (signal): Promise<SystemOneReply> => {
    const { decisions, tokens } = await decide(call, model, { asked, signal });
    const answers = systemOneAnswers(asked.questions, decisions);
    return { model: name, answers, usage: { input_tokens: tokens, output_tokens: 0 } };
  });
}
