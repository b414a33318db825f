import { setImmediate as nextTurn } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { classifyAnswer } from '../../evaluation/safety/answer-classifier.ts';
import { invalidValue, modelNotFound } from '../api-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { MOST_INPUTS } from '../schemas/rows.ts';

const MODEL = 'attune-toxicity';
/** OpenAI's model names are accepted too, since applications send them. */
const NAMES = /^(?:attune-toxicity|(?:omni|text)-moderation-[\w-]+)$/;

const part = z.looseObject({
  type: z.literal('text', 'must be text: images are not supported'),
  text: z.string(),
});

const request = z
  .strictObject({
    input: z.union(
      [z.string(), z.array(z.string()).min(1).max(MOST_INPUTS), z.array(part).min(1).max(MOST_INPUTS)],
      'expected a text, a list of texts, or a list of parts',
    ),
    model: z.string().optional(),
  })
  .openapi('ModerationRequest');

const result = z.strictObject({
  flagged: z.boolean(),
  categories: z.strictObject({ harassment: z.boolean() }),
  category_scores: z.strictObject({ harassment: z.number() }),
  category_applied_input_types: z.strictObject({ harassment: z.array(z.literal('text')) }),
});

const reply = z
  .strictObject({ id: z.string(), model: z.literal(MODEL), results: z.array(result) })
  .openapi('Moderation');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/moderations',
  tag: 'Other kinds',
  summary: 'Classify English texts as harassment, threats or hate',
  body: { schema: request },
  reply: { description: 'One result for each text', json: reply },
  async handle(call) {
    const { input, model = MODEL } = call.body;
    if (!NAMES.test(model)) throw modelNotFound(model, [MODEL]);
    const texts = textsOf(input);
    if (texts.reduce((sum, text) => sum + text.length, 0) > MOST_CHARACTERS)
      throw invalidValue('input', `input has more than ${MOST_CHARACTERS} characters; split it.`);
    const results: z.output<typeof result>[] = [];
    for (const text of texts) results.push(resultOf(await toxicityOf(text, call.request.signal)));
    const id = `modr-${randomUUID().replaceAll('-', '')}`;
    return Response.json({ id, model: MODEL, results } satisfies z.output<typeof reply>);
  },
});

/** The parts form one input, as on OpenAI's server. */
function textsOf(input: z.output<typeof request>['input']): string[] {
  if (typeof input === 'string') return [input];
  const [first] = input;
  if (typeof first === 'string') return input as string[];
  return [(input as { text: string }[]).map(({ text }) => text).join('\n')];
}

/**
 * With a lower threshold, friendly short sentences that it flags would outnumber the additional insults that it
 * finds.
 */
const FLAGGED = 0.95;
/** Maximum input of a request: takes about half a second of processor time. */
const MOST_CHARACTERS = 2_000_000;
/** Window of the classifier in characters. Windows overlap, so that each sentence is complete in one of them. */
const WINDOW = 1200;
const STEP = 1000;

/** Maximum probability over the windows of a text. */
async function toxicityOf(text: string, signal: AbortSignal): Promise<number> {
  let most = 0;
  for (let start = 0; start === 0 || start + WINDOW - STEP < text.length; start += STEP) {
    most = Math.max(most, classifyAnswer('toxicity', text.slice(start, start + WINDOW)).probabilities[1]);
    // Yields to other requests.
    await nextTurn();
    signal.throwIfAborted();
  }
  return most;
}

function resultOf(score: number): z.output<typeof result> {
  const isToxic = score > FLAGGED;
  return {
    flagged: isToxic,
    categories: { harassment: isToxic },
    category_scores: { harassment: score },
    category_applied_input_types: { harassment: ['text'] },
  };
}
