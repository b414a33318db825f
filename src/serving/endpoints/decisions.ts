import { readDecision } from '../../data/formats/decision-questions.ts';
import { isObject } from '../../data/formats/row-reader.ts';
import type { DecisionQuestion } from '../../data/kinds/decision.ts';
import { confidenceOf, expectedLevel, likeliest } from '../../scoring/decisions.ts';
import { invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { decide } from '../decisions/answer-decisions.ts';
import { defineEndpoint } from '../endpoint.ts';
import { slowJson } from '../replies/slow-json.ts';
import { decisionsReply, decisionsRequest, type DecisionsReply, type DecisionsRequest } from '../schemas/decisions.ts';
import { answerSystemOne } from './systemone.ts';

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/decisions',
  tag: 'Other kinds',
  summary: 'Answer typed questions about an input with probabilities',
  body: { schema: decisionsRequest, unsupported: { prompt_cache_options: [] } },
  reply: {
    description: 'One answer per question, in order; with state, as /v1/systemone',
    json: decisionsReply,
  },
  fields: { prompt: 'input' },
  handle(call) {
    const { body } = call;
    if (body.state !== undefined && body.input !== undefined)
      throw invalidValue('input', 'input and state cannot be combined.');
    return body.state === undefined ? answerOpenAi(call) : answerSystemOne(call, { ...body, state: body.state });
  },
});

type Answer = DecisionsReply['answers'][number];

function answerOpenAi(call: Call<DecisionsRequest>): Promise<Response> {
  const { model: name, input, questions } = call.body;
  const model = call.model(name, 'text', 'rows');
  if (!Array.isArray(questions)) throw invalidValue('questions', 'questions must be a list.', 'invalid_type');
  // Names may repeat, and answers are in the order of the questions.
  const listed = questions.map((question, i) => ({ ...plain(question, i), id: String(i) }));
  const asked = readDecision({ state: textOfInput(input), questions: listed }, 'input');
  call.exchange.describe({ operation: 'decisions', body: call.body });
  return slowJson(call, async (signal): Promise<DecisionsReply> => {
    const { decisions, tokens } = await decide(call, model, { asked, signal });
    const answers = asked.questions.map((question, i) => answerOf(question, decisions[i].probabilities, questions[i]));
    const usage = {
      input_tokens: tokens,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: tokens,
    };
    return { model: name, answers, usage };
  });
}

function answerOf(
  { type, options }: DecisionQuestion,
  probabilities: readonly number[],
  given: Readonly<Record<string, unknown>>,
): Answer {
  const name = typeof given.name === 'string' ? given.name : null;
  if (type === 'noul') return { type: 'predicate', name, probability: probabilities[1] };
  const confidence = confidenceOf(type, probabilities);
  if (type === 'score') {
    const levels = given.levels as { label: string }[];
    const each = probabilities.map((probability, value) => ({ value, label: levels[value].label, probability }));
    return { type, name, score: expectedLevel(probabilities), confidence, probabilities: each };
  }
  const choices = given.choices as { value: string | boolean }[];
  const each = options.map((_, i) => ({ value: choices[i].value, probability: probabilities[i] }));
  return { type, name, choice: choices[likeliest(probabilities)].value, confidence, probabilities: each };
}

/** A question whose instructions are text. Its choices and levels must be objects, since answers repeat them. */
function plain(question: Readonly<Record<string, unknown>>, i: number): Record<string, unknown> {
  const { instructions, choices, levels } = question;
  for (const [field, list, name] of [
    ['choices', choices, 'value'],
    ['levels', levels, 'label'],
  ] as const) {
    const isWrong = (one: unknown) =>
      !isObject(one) || (typeof one[name] !== 'string' && typeof one[name] !== 'boolean');
    const wrong = Array.isArray(list) ? list.findIndex(isWrong) : -1;
    if (wrong >= 0)
      throw invalidValue(
        `questions[${i}].${field}[${wrong}]`,
        `Every item of ${field} must be an object with a ${name}.`,
      );
  }
  const described = Array.isArray(levels)
    ? levels.map(({ label, description }: { label: string; description?: string }) =>
        [label, description].filter((part) => part !== undefined).join(': '),
      )
    : undefined;
  const text = Array.isArray(instructions) ? textOfParts(instructions, `questions[${i}].instructions`) : instructions;
  return { ...question, instructions: text, ...(described && { levels: described }) };
}

/** Messages as text: a single user message is its content alone; otherwise each message is preceded by its role. */
function textOfInput(input: DecisionsRequest['input']): unknown {
  if (!Array.isArray(input)) return input;
  const turns = input.map((item, i) => ({
    role: typeof item.role === 'string' ? item.role : undefined,
    text: item.role === undefined ? JSON.stringify(item) : textOfParts(item.content, `input[${i}].content`),
  }));
  if (turns.length === 1 && turns[0].role === 'user') return turns[0].text;
  return turns.map(({ role, text }) => (role === undefined ? text : `${role}: ${text}`)).join('\n\n');
}

/** @throws ApiError 400 for an image: no model here answers questions about images */
function textOfParts(content: unknown, path: string): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidValue(path, `${path} must be a text or a list of parts.`, 'invalid_type');
  return content
    .map((part: unknown, i) => {
      const { text, refusal, data } = isObject(part) ? part : {};
      if (typeof text === 'string') return text;
      if (typeof refusal === 'string') return refusal;
      if (isObject(data) || Array.isArray(data)) return JSON.stringify(data);
      throw invalidValue(`${path}[${i}]`, `${path}[${i}] is neither text nor JSON.`, 'unsupported_value');
    })
    .join('\n');
}
