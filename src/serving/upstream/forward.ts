/** Forwards requests to an upstream server with its model name and key. Replies have this server's names. */
import { z } from '@hono/zod-openapi';
import { table } from '../../base/table.ts';
import type { Call } from '../server-call.ts';
import { CollectedChunks } from '../chat/collected-chunks.ts';
import { storeCompletion } from '../chat/store-completion.ts';
import { checked } from '../check-body.ts';
import { newKeptId } from '../kept/kept-objects.ts';
import { eventStream, type ServerEvent } from '../replies/event-stream.ts';
import { metadataField } from '../replies/lists.ts';
import { slowJson } from '../replies/slow-json.ts';
import type { ChatChunk, ChatReply, ChatRequest } from '../schemas/chat.ts';
import { usageOf } from '../schemas/common.ts';
import { upstreamEvents, upstreamJson, type JsonObject } from './upstream-client.ts';
import type { UpstreamModel } from './upstream-models.ts';
import { soundChunk, soundReply, UpstreamReply } from './upstream-reply.ts';

/** Fields of a forwarded request that this server itself reads. */
const ownFields = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string() })).optional(),
  n: z.number().int().min(1).max(128).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  store: z.boolean().nullish(),
  metadata: metadataField.nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
});

type Body = z.output<typeof ownFields>;

const OPERATIONS: Readonly<Record<string, string>> = table({
  '/chat/completions': 'chat',
  '/completions': 'text_completion',
  '/embeddings': 'embeddings',
});

/** An upstream's model and the request to it. */
interface Forwarding {
  model: UpstreamModel;
  body: Body;
  path: string;
  /** Fields that this server replaces in replies. */
  head: { id?: string; model: string };
}

/** @throws ApiError 400, 429, 502, 504 */
export function forward(call: Call, model: UpstreamModel): Promise<Response> {
  const body = checked(ownFields, call.body);
  const path = call.exchange.path.replace(/^\/v1/, '');
  const id = path === '/embeddings' ? undefined : newKeptId(path === '/completions' ? 'cmpl-' : 'chatcmpl-');
  const head = { model: call.exchange.askedFor ?? body.model, ...(id !== undefined && { id }) };
  call.exchange.describe({ operation: OPERATIONS[path], id, body });
  const forwarding = { model, body, path, head };
  if (body.stream === true) return eventStream(call, (signal) => events(call, forwarding, signal));
  return slowJson(call, (signal) => reply(call, forwarding, signal));
}

/** The outgoing body, without user identifiers and storage fields. */
export function leavingBody(body: JsonObject, { upstream }: UpstreamModel): JsonObject {
  const { store: _, metadata: __, user: ___, safety_identifier: ____, adapter_id: _____, ...asked } = body;
  const options = { ...(asked.stream_options as object | undefined), include_usage: true };
  return { ...asked, model: upstream.endpoint.model, ...(asked.stream === true && { stream_options: options }) };
}

async function reply(call: Call, { model, body, path, head }: Forwarding, signal: AbortSignal): Promise<object> {
  using _turn = await call.admit({ model: model.id, rows: body.n ?? 1, signal });
  const found = await upstreamJson(model, { path, body: leavingBody(body, model), signal });
  const answered = new UpstreamReply();
  answered.add(soundReply(found));
  answered.noteIn(call.exchange);
  const { store, metadata } = body;
  const whole = { ...found, ...head, ...(store === true && { metadata: metadata ?? {} }) };
  await keep(call, path, {
    usage: usageOf(answered.counts(call.exchange.bodyBytes)),
    ...whole,
  } as unknown as ChatReply);
  return whole;
}

async function* events(
  call: Call,
  { model, body, path, head }: Forwarding,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  using _turn = await call.admit({ model: model.id, rows: body.n ?? 1, signal });
  const answered = new UpstreamReply();
  const collected = body.store === true ? new CollectedChunks() : undefined;
  const withUsage = body.stream_options?.include_usage === true;
  for await (const found of upstreamEvents(model, { path, body: leavingBody(body, model), signal })) {
    call.exchange.part();
    const sound = soundReply(found);
    answered.add(sound);
    collected?.add({ ...soundChunk(sound), ...head } as ChatChunk);
    const isUsage = Array.isArray(found.choices) && found.choices.length === 0;
    if (withUsage || !isUsage) yield { data: { ...found, ...head } };
  }
  answered.noteIn(call.exchange);
  const whole = collected?.reply(usageOf(answered.counts(call.exchange.bodyBytes)));
  if (whole !== undefined) await keep(call, path, whole);
  yield { data: '[DONE]' };
}

async function keep(call: Call, path: string, whole: ChatReply): Promise<void> {
  if (path === '/chat/completions') await storeCompletion(call as Call<ChatRequest>, whole);
}
