import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Answer } from '../../jobs/generate/generate.ts';
import type { Call } from '../call.ts';
import { AnswerReader } from '../../generate/tool-calls/answer-reader.ts';
import { chatPlan, type ChatPlan } from '../chat/chat-plan.ts';
import { defineEndpoint } from '../endpoint.ts';
import { countsOf } from '../generation/counts.ts';
import { generate } from '../generation/generation.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { Writer } from '../models/opened.ts';
import { eventStream, type ServerEvent } from '../replies/event-stream.ts';
import { slowJson } from '../replies/slow-json.ts';
import {
  begunResponse,
  endedResponse,
  responseReply,
  type OutputItem,
  type ResponseReply,
} from '../responses/reply.ts';
import {
  asChat,
  itemsOf,
  responsesRequest,
  unsupportedResponses,
  type InputItem,
  type ResponsesRequest,
} from '../responses/request.ts';
import type { StoredResponse } from '../responses/response-store.ts';
import { ResponseWriter } from '../responses/response-writer.ts';

const event = z.looseObject({ type: z.string(), sequence_number: z.number().int() }).openapi('ResponseEvent');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/responses',
  tag: 'Text',
  summary: 'Answer a text or a conversation, which may go on from an earlier response',
  body: { schema: responsesRequest, unsupported: unsupportedResponses },
  reply: { description: 'The response, whole or as it is written', json: responseReply, events: event },
  fields: { prompt: 'input', length: 'max_output_tokens', format: 'text.format' },
  async handle(call) {
    const { body } = call;
    const model = call.model(body.model, 'text');
    if (body.store ?? true) await call.server.responses.check();
    const earlier = await earlierResponse(call);
    // Whoever goes on with a conversation is the one that it was begun for, unless the request says another.
    const user = body.user ?? body.safety_identifier ?? earlier?.user;
    const id = `resp_${randomUUID().replaceAll('-', '')}`;
    call.exchange.describe({ operation: 'chat', id, body: { ...body, user } });
    const asked: Asked = { model, earlier: earlier?.conversation ?? [], user, begun: begunResponse(id, body) };
    if (body.stream === true) return eventStream(call, (signal) => written(call, asked, signal));
    return slowJson(call, (signal) => wholeResponse(call, asked, signal));
  },
});

type ResponsesCall = Call<ResponsesRequest>;

interface Asked {
  model: ServedModel & { kind: 'text' };
  earlier: readonly InputItem[];
  user: string | undefined;
  begun: ResponseReply;
}

/** The response that a request goes on from. */
export async function earlierResponse({ body, server, key }: ResponsesCall): Promise<StoredResponse | undefined> {
  const { previous_response_id: id } = body;
  return id === undefined ? undefined : server.responses.get(id, key?.name, 'previous_response_id');
}

async function wholeResponse(call: ResponsesCall, asked: Asked, signal: AbortSignal): Promise<ResponseReply> {
  let last: ServerEvent | undefined;
  for await (const one of written(call, asked, signal)) last = one;
  return (last!.data as { response: ResponseReply }).response;
}

/** All events of a response; the last one has it whole. */
async function* written(call: ResponsesCall, asked: Asked, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const { model, earlier, begun } = asked;
  using lease = await call.lease(model);
  const plan = await chatPlan(asChat(call.body, earlier), lease.opened, { call, signal });
  const writer = new ResponseWriter(plan.wish.sampling.logProbs !== undefined);
  let answer: Answer | undefined;
  let isBegun = false;
  for await (const part of answering(call, { model, writer: lease.opened, plan, signal })) {
    if (!isBegun) yield* writer.begin(begun);
    isBegun = true;
    if ('answer' in part) answer = part.answer;
    else {
      writer.addLogProbs(part.logProbs);
      for (const piece of part.pieces) yield* writer.write(piece);
    }
  }
  const isCut = answer!.finishReason === 'length';
  yield* writer.close(isCut);
  const counts = countsOf([answer!]);
  call.exchange.finished(counts, [answer!.finishReason], [answer!.text]);
  const response = endedResponse(begun, { output: writer.output, counts, isCut });
  await keep(call, response, asked);
  yield* writer.end(response);
}

async function* answering(
  call: ResponsesCall,
  { model, writer, plan, signal }: { model: ServedModel; writer: Writer; plan: ChatPlan; signal: AbortSignal },
) {
  const reader = new AnswerReader(plan.form);
  for await (const one of generate(call, { model, writer, signal }, plan.wish)) {
    if ('answer' in one) {
      yield { pieces: reader.end(one.answer.finishReason === 'length'), logProbs: [] };
      yield { answer: one.answer };
    } else yield { pieces: reader.push(one.text), logProbs: one.logProbs };
  }
}

async function keep(call: ResponsesCall, response: ResponseReply, { earlier, user }: Asked): Promise<void> {
  if (!response.store) return;
  const input = itemsOf(call.body);
  const conversation = [...earlier, ...input, ...response.output.flatMap(asInput)];
  const keyName = call.key?.name;
  await call.server.responses.add({ response, input, conversation, keyName, ...(user !== undefined && { user }) });
}

/** What was answered, as what was said. */
function asInput(item: OutputItem): InputItem[] {
  if (item.type === 'reasoning') return [];
  return item.type === 'message' ? [{ type: 'message', role: 'assistant', content: item.content }] : [item];
}
