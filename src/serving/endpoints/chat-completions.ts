import type { Answer } from '../../answering/generate/generate.ts';
import type { Call } from '../server-call.ts';
import { AnswerReader, finishOf, joined } from '../../models/text/tool-calls/answer-reader.ts';
import { CollectedChunks } from '../chat/collected-chunks.ts';
import { storeCompletion } from '../chat/store-completion.ts';
import { newKeptId, requireKeeping } from '../kept/kept-objects.ts';
import { chatPlan, type ChatPlan } from '../chat/chat-plan.ts';
import { StreamedChoice } from '../chat/streamed-choice.ts';
import { defineEndpoint } from '../endpoint.ts';
import { countsOf } from '../generation/counts.ts';
import { generate, generateAll } from '../generation/generation.ts';
import { chatLogProbs } from '../generation/api-log-probs.ts';
import { promptIds, refuseStreamedIds } from '../generation/token-ids.ts';
import type { ServedModel } from '../models/model-table.ts';
import { eventStream, type ServerEvent } from '../replies/event-stream.ts';
import { slowJson } from '../replies/slow-json.ts';
import {
  chatChunk,
  chatReply,
  chatRequest,
  unsupportedChat,
  type ChatChunk,
  type ChatReply,
  type ChatRequest,
} from '../schemas/chat.ts';
import { now, usageOf } from '../schemas/common.ts';
import { Uploads } from '../request-files.ts';

type ChatCall = Call<ChatRequest>;
type TextModel = ServedModel & { kind: 'text' };

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/chat/completions',
  upstream: 'forwarded',
  tag: 'Text',
  summary: 'Answer a conversation',
  body: { schema: chatRequest, unsupported: unsupportedChat },
  reply: { description: 'The answers, complete or streamed', json: chatReply, events: chatChunk },
  fields: { prompt: 'messages', length: 'max_completion_tokens', format: 'response_format' },
  async handle(call) {
    const { body } = call;
    const model = call.model(body.adapter_id ?? body.model, 'text');
    if (body.store === true) await requireKeeping(call);
    const head = headOf(body);
    call.exchange.describe({ operation: 'chat', id: head.id, body });
    if (body.stream === true) return eventStream(call, (signal) => chunksOf(call, model, { head, signal }));
    return slowJson(call, (signal) => wholeReply(call, model, { head, signal }));
  },
});

type Head = Pick<ChatReply, 'id' | 'created' | 'model' | 'service_tier' | 'system_fingerprint'>;

function headOf({ model }: ChatRequest): Head {
  return { id: newKeptId('chatcmpl-'), created: now(), model, service_tier: 'default', system_fingerprint: 'attune' };
}

interface Making {
  head: Head;
  signal: AbortSignal;
}

async function wholeReply(call: ChatCall, model: TextModel, { head, signal }: Making): Promise<ChatReply> {
  using lease = await call.lease(model);
  using uploads = new Uploads();
  const plan = await chatPlan(call.body, lease.opened, { call, uploads, signal });
  call.exchange.describe({ operation: 'chat', id: head.id, body: plan.asked });
  const answers = await generateAll(call, { model, writer: lease.opened, signal }, plan.wish);
  const counts = countsOf(answers, call.body.n);
  const ids = await promptIds(call.body, { writer: lease.opened, wish: plan.wish, signal });
  const choices = answers.map((answer, index) => ({
    ...choiceOf(answer, index, plan),
    ...(ids !== undefined && { token_ids: answer.ids }),
  }));
  call.exchange.finished(
    counts,
    choices.map(({ finish_reason: reason }) => reason),
    answers.map(({ text }) => text),
  );
  const { store, metadata = {} } = call.body;
  const reply: ChatReply = {
    ...head,
    object: 'chat.completion',
    choices,
    usage: usageOf(counts),
    ...(store === true && { metadata }),
    ...(ids !== undefined && { prompt_token_ids: ids[0] }),
  };
  await storeCompletion(call, reply);
  return reply;
}

function choiceOf(answer: Answer, index: number, { form }: ChatPlan): ChatReply['choices'][number] {
  const reader = new AnswerReader(form);
  const parts = [...reader.push(answer.text), ...reader.end(answer.finishReason === 'length')];
  const { content, reasoning, calls } = joined(parts);
  return {
    index,
    message: {
      role: 'assistant',
      content: content === '' && calls.length > 0 ? null : content,
      refusal: null,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
      annotations: [],
    },
    logprobs: chatLogProbs(answer.logProbs),
    finish_reason: finishOf(answer.finishReason, calls.length),
  };
}

async function* chunksOf(call: ChatCall, model: TextModel, { head, signal }: Making): AsyncGenerator<ServerEvent> {
  const { n = 1, stream_options: options, store } = call.body;
  using lease = await call.lease(model);
  using uploads = new Uploads();
  const plan = await chatPlan(call.body, lease.opened, { call, uploads, signal });
  call.exchange.describe({ operation: 'chat', id: head.id, body: plan.asked });
  refuseStreamedIds(call.body);
  const withUsage = options?.include_usage === true;
  const collected = store === true ? new CollectedChunks() : undefined;
  const chunk = (choices: ChatChunk['choices'], usage?: ChatChunk['usage']): ServerEvent => {
    const usageField = withUsage && { usage: usage ?? null };
    const data: ChatChunk = { ...head, object: 'chat.completion.chunk', choices, ...usageField };
    collected?.add(data);
    return { data };
  };
  const rows = Array.from({ length: n }, (_, index) => new StreamedChoice(index, plan));
  const answers: Answer[] = [];
  const generating = { model, writer: lease.opened, signal };
  const begun = new Set<number>();
  for await (const event of generate(call, generating, plan.wish)) {
    const row = rows[event.row];
    if (!begun.has(event.row)) yield chunk([row.first()]);
    begun.add(event.row);
    if ('answer' in event) answers[event.row] = event.answer;
    const choices = 'answer' in event ? row.last(event.answer) : row.next(event.text, event.logProbs);
    for (const choice of choices) yield chunk([choice]);
  }
  const counts = countsOf(answers, n);
  call.exchange.finished(
    counts,
    rows.map(({ finishReason }) => finishReason),
    answers.map(({ text }) => text),
  );
  if (withUsage) yield chunk([], usageOf(counts));
  const whole = collected?.reply(usageOf(counts));
  if (whole !== undefined) await storeCompletion(call, whole);
  yield { data: '[DONE]' };
}
