/** Served answers and their alarms. Keys without admin rights see their own answers. */
import { z } from '@hono/zod-openapi';
import {
  answerPlace,
  findAnswer,
  findAnswers,
  groupAlarms,
  openAlarms,
  saidBy,
  signalNames,
  type AnswerFilter,
  type FoundAnswer,
  type FoundAnswers,
} from '../../monitoring/index.ts';
import { askedText } from '../../monitoring/trace.ts';
import { ApiError } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { readQuery } from '../query.ts';
import { seconds } from '../replies/lists.ts';
import { watcherOf } from '../watch/watcher-of.ts';

const feedback = z.strictObject({
  id: z.string(),
  created_at: z.number().int(),
  score: z.union([z.enum(['up', 'down']), z.number()]).nullable(),
  label: z.string().nullable(),
  correction: z.string().nullable(),
  comment: z.string().nullable(),
});

const listed = z.strictObject({
  id: z.string().openapi({ description: 'Id of the reply; append `#1` for its second answer' }),
  object: z.literal('answer'),
  created_at: z.number().int(),
  model: z.string(),
  version: z.string(),
  operation: z.string(),
  key: z.string().nullable(),
  status: z.number().int(),
  milliseconds: z.number(),
  label: z.string().nullable(),
  confidence: z.number().nullable(),
  flags: z.array(z.string()).openapi({ description: 'Flagged signals, such as refusal' }),
  asked: z.string().nullable().openapi({ description: 'Beginning of the question; null unless texts are stored' }),
  said: z.string().nullable().openapi({ description: 'Beginning of the answer, or its class' }),
  feedback: z.array(feedback),
});

const whole = listed
  .extend({
    prompt: z.unknown().openapi({ description: 'As sent, with personal data replaced; null unless texts are stored' }),
    answer: z.string().nullable(),
    signals: z.record(z.string(), z.number()),
  })
  .openapi('KeptAnswer');

const page = z
  .strictObject({
    object: z.literal('list'),
    data: z.array(listed),
    has_more: z.boolean(),
    next: z.string().nullable().openapi({ description: '`after` for the next page' }),
    searched_all: z.boolean().openapi({
      description: 'False if the search stopped after scanning 5,000 answers, so the page may have fewer than `limit`',
    }),
  })
  .openapi('KeptAnswerList');

export type ListedAnswer = z.output<typeof listed>;
export type WholeAnswer = z.output<typeof whole>;
export type AnswerList = z.output<typeof page>;

const EXCERPT = 500;

function listedEntry(found: FoundAnswer): ListedAnswer {
  const { choice, at, model, version, operation, key, status, milliseconds, label, confidence, flags, prompt } = found;
  const said = found.answer === undefined && label === undefined ? undefined : saidBy(found);
  return {
    id: choice === 0 ? found.id : `${found.id}#${choice}`,
    object: 'answer',
    created_at: seconds(at),
    model,
    version,
    operation,
    key: key ?? null,
    status,
    milliseconds,
    label: label ?? null,
    confidence: confidence ?? null,
    flags,
    asked: prompt === undefined ? null : askedText(prompt).slice(0, EXCERPT),
    said: said?.slice(0, EXCERPT) ?? null,
    feedback: found.feedback.map((one) => ({
      id: one.id,
      created_at: seconds(one.at),
      score: one.thumb ?? one.score ?? null,
      label: one.label ?? null,
      correction: one.correction ?? null,
      comment: one.comment ?? null,
    })),
  };
}

export function wholeAnswer(found: FoundAnswer): WholeAnswer {
  const { prompt, answer, signals } = found;
  return { ...listedEntry(found), prompt: prompt ?? null, answer: answer ?? null, signals };
}

export function answerList({ answers, next, isCut }: FoundAnswers): AnswerList {
  const data = answers.map(listedEntry);
  return { object: 'list', data, has_more: next !== undefined, next: next ?? null, searched_all: !isCut };
}

/** Restricts answers to those visible to a key: all if the server has no keys or the key is an admin's. */
function seenBy({ key }: Call): Pick<AnswerFilter, 'key'> {
  return key === undefined || key.admin === true ? {} : { key: key.name };
}

const isSet = z.enum(['true', 'false']).transform((value) => value === 'true');

const listQuery = z.strictObject({
  model: z.string().max(500).optional(),
  version: z.string().max(500).optional(),
  since: z.coerce.number().int().min(0).optional().openapi({ description: 'Seconds since the epoch' }),
  search: z.string().max(1000).optional().openapi({ description: 'Question or answer contains it' }),
  flagged: z
    .enum(['true', ...signalNames])
    .optional()
    .openapi({ description: 'Any flag, or a specific one' }),
  alarm: z.string().max(100).optional().openapi({ description: 'Examples of this alarm' }),
  unrated: isSet.optional().openapi({ description: 'Without feedback' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  after: z.string().max(500).optional(),
});

const list = defineEndpoint({
  method: 'get',
  path: '/v1/attune/answers',
  tag: 'Monitoring',
  summary: 'List and search served answers, newest first',
  query: listQuery,
  reply: { description: 'A page of answers', json: page },
  async handle(call: Call) {
    const { search, flagged, since, unrated, limit, after, ...named } = readQuery(call, listQuery);
    const watcher = watcherOf(call.server);
    await watcher.written();
    const filter: AnswerFilter = {
      ...named,
      ...seenBy(call),
      ...(search !== undefined && search !== '' && { text: search }),
      ...(flagged !== undefined && { flagged: flagged === 'true' ? true : flagged }),
      ...(since !== undefined && { since: since * 1000 }),
      isUnrated: unrated === true,
    };
    return Response.json(answerList(await findAnswers(watcher.store, filter, { limit, after })));
  },
});

const show = defineEndpoint({
  method: 'get',
  path: '/v1/attune/answers/{answer_id}',
  tag: 'Monitoring',
  summary: 'Get a served answer, with its prompt if texts are stored',
  reply: { description: 'The answer', json: whole },
  async handle(call: Call) {
    const watcher = watcherOf(call.server);
    await watcher.written();
    const { answer_id: id } = call.params;
    const found = await findAnswer(watcher.store, { ...answerPlace(id), ...seenBy(call) });
    if (found !== undefined) return Response.json(wholeAnswer(found));
    const message = `There is no answer '${id.slice(0, 100)}', or it has expired.`;
    throw new ApiError(404, { message, param: 'answer_id', code: 'answer_not_found' });
  },
});

const alarm = z.looseObject({
  id: z.string(),
  model: z.string(),
  version: z.string(),
  about: z.enum(['requests', 'answers', 'service']),
  message: z.string(),
  action: z.string(),
});

const alarms = defineEndpoint({
  method: 'get',
  path: '/v1/attune/alarms',
  tag: 'Monitoring',
  summary: 'Open alarms, grouped by cause; pass `alarm` to the list of answers for examples of one',
  isAdmin: true,
  reply: {
    description: 'Newest first',
    json: z.strictObject({ object: z.literal('list'), data: z.array(alarm) }).openapi('AlarmList'),
  },
  async handle({ server }: Call) {
    return Response.json({ object: 'list', data: groupAlarms(await openAlarms(watcherOf(server).store)) });
  },
});

export const endpoints: readonly Endpoint[] = [list, show, alarms];
