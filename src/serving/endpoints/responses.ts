import { z } from '@hono/zod-openapi';
import type { Answer } from '../../answering/generate/generate.ts';
import type { KeptObject } from '../../monitoring/index.ts';
import { invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { AnswerReader } from '../../models/text/tool-calls/answer-reader.ts';
import { chatPlan } from '../chat/chat-plan.ts';
import { defineEndpoint } from '../endpoint.ts';
import { countsOf } from '../generation/counts.ts';
import { generate } from '../generation/generation.ts';
import {
  addItems,
  findKept,
  itemsIn,
  keepAnswer,
  newKeptId,
  requireKeeping,
  type KeptConversation,
} from '../kept/kept-objects.ts';
import type { ServedModel } from '../models/model-table.ts';
import { eventStream, type ServerEvent } from '../replies/event-stream.ts';
import { slowJson } from '../replies/slow-json.ts';
import { asInput, newItems } from '../responses/items.ts';
import { begunResponse, conversationIn, endedResponse, responseReply, type ResponseReply } from '../responses/reply.ts';
import {
  asChat,
  itemsOf,
  responsesRequest,
  unsupportedResponses,
  type InputItem,
  type ResponsesRequest,
} from '../responses/responses-request.ts';
import { ResponseWriter } from '../responses/response-writer.ts';
import type { ChatRequest } from '../schemas/chat.ts';
import { upstreamAnswer } from '../upstream/upstream-answer.ts';
import { isUpstream } from '../upstream/upstream-models.ts';

const event = z.looseObject({ type: z.string(), sequence_number: z.number().int() }).openapi('ResponseEvent');

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/responses',
  upstream: 'converted',
  tag: 'Text',
  summary: 'Create a response to a text or conversation, optionally continuing an earlier response',
  body: { schema: responsesRequest, unsupported: unsupportedResponses },
  reply: { description: 'The response, complete or streamed', json: responseReply, events: event },
  fields: { prompt: 'input', length: 'max_output_tokens', format: 'text.format' },
  async handle(call) {
    const { body } = call;
    const model = call.model(body.model, 'text', 'upstream');
    if (body.store ?? true) await requireKeeping(call);
    const earlier = await saidEarlier(call);
    // A request without a user inherits the user of its conversation.
    const user = body.user ?? body.safety_identifier ?? earlier.user;
    const id = newKeptId('resp_');
    call.exchange.describe({ operation: 'chat', id, body: { ...body, user } });
    const asked: Asked = { model, earlier, user, begun: begunResponse(id, body) };
    if (body.stream === true) return eventStream(call, (signal) => written(call, asked, signal));
    return slowJson(call, (signal) => wholeResponse(call, asked, signal));
  },
});

type ResponsesCall = Call<ResponsesRequest>;

interface Asked {
  model: ServedModel & { kind: 'text' | 'upstream' };
  earlier: Earlier;
  user: string | undefined;
  begun: ResponseReply;
}

/** The context of a request: an earlier response, or a conversation. */
export interface Earlier {
  items: readonly InputItem[];
  user?: string;
  conversation?: KeptObject<KeptConversation>;
}

/** @throws ApiError 400 */
export async function saidEarlier(call: ResponsesCall): Promise<Earlier> {
  const { previous_response_id: previous } = call.body;
  const conversation = conversationIn(call.body);
  if (previous !== undefined && conversation !== undefined)
    throw invalidValue('conversation', 'previous_response_id and conversation cannot be combined.');
  if (previous !== undefined) {
    const { value, user } = await findKept(call, 'response', previous, 'previous_response_id');
    return { items: value.conversation, user };
  }
  if (conversation === undefined) return { items: [] };
  const found = await findKept(call, 'conversation', conversation, 'conversation');
  return { items: (await itemsIn(call, found)) as InputItem[], user: found.user, conversation: found };
}

async function wholeResponse(call: ResponsesCall, asked: Asked, signal: AbortSignal): Promise<ResponseReply> {
  let last: ServerEvent | undefined;
  for await (const one of written(call, asked, signal)) last = one;
  return (last!.data as { response: ResponseReply }).response;
}

/** Streams the events of a response; the last one contains the whole response. */
async function* written(call: ResponsesCall, asked: Asked, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  const { begun } = asked;
  const chat = asChat(call.body, asked.earlier.items);
  const writer = new ResponseWriter(chat.logprobs === true);
  let answer: Answer | undefined;
  let isBegun = false;
  for await (const part of answering(call, asked.model, { chat, signal })) {
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
  model: Asked['model'],
  { chat, signal }: { chat: ChatRequest; signal: AbortSignal },
) {
  if (isUpstream(model)) {
    yield* upstreamAnswer(call, model, { chat, signal });
    return;
  }
  const local = model as ServedModel & { kind: 'text' };
  using lease = await call.lease(local);
  const plan = await chatPlan(chat, lease.opened, { call, signal });
  const reader = new AnswerReader(plan.form);
  for await (const one of generate(call, { model: local, writer: lease.opened, signal }, plan.wish)) {
    if ('answer' in one) {
      yield { pieces: reader.end(one.answer.finishReason === 'length'), logProbs: [] };
      yield { answer: one.answer };
    } else yield { pieces: reader.push(one.text), logProbs: one.logProbs };
  }
}

/** Stores a response, and adds its turn to its conversation. */
async function keep(call: ResponsesCall, response: ResponseReply, { earlier, user }: Asked): Promise<void> {
  const input = itemsOf(call.body);
  if (earlier.conversation !== undefined) await goOn(call, earlier.conversation, { response, input, user });
  if (!response.store) return;
  const conversation = [...earlier.items, ...input, ...response.output.flatMap(asInput)];
  const { id, model, metadata } = response;
  const value = { response, input, conversation };
  await keepAnswer(call, {
    id,
    kind: 'response',
    head: { model, metadata },
    value,
    ...(user !== undefined && { user }),
  });
}

async function goOn(
  call: ResponsesCall,
  conversation: KeptObject<KeptConversation>,
  { response, input, user }: { response: ResponseReply; input: readonly InputItem[]; user: string | undefined },
): Promise<void> {
  const { kept, log } = call.server;
  try {
    if (user !== undefined && conversation.user === undefined) await kept.giveTo(conversation, user);
    await addItems(call, { ...conversation, ...(user !== undefined && { user }) }, [
      ...newItems(input),
      ...response.output,
    ]);
  } catch (error) {
    // The client has received its answer in any case.
    log.error({ response: response.id, err: error }, 'the turn cannot be added to the conversation');
  }
}
