/** Converts an upstream server's chat reply to the parts of a local answer. */
import type { AnswerPart, ToolCallReply } from '../../models/text/tool-calls/answer-reader.ts';
import type { Answer } from '../../answering/generate/generate.ts';
import type { Call } from '../server-call.ts';
import { CollectedChunks } from '../chat/collected-chunks.ts';
import { newKeptId } from '../kept/kept-objects.ts';
import type { ChatRequest } from '../schemas/chat.ts';
import { leavingBody } from './forward.ts';
import { upstreamEvents } from './upstream-client.ts';
import type { UpstreamModel } from './upstream-models.ts';
import { soundChunk, soundReply, UpstreamReply, type SoundReply } from './upstream-reply.ts';

/** Streams text parts; calls are emitted once complete. */
export async function* upstreamAnswer(
  call: Call,
  model: UpstreamModel,
  { chat, signal }: { chat: ChatRequest; signal: AbortSignal },
): AsyncGenerator<{ pieces: AnswerPart[]; logProbs: [] } | { answer: Answer }> {
  using _turn = await call.admit({ model: model.id, rows: 1, signal });
  const body = leavingBody({ ...chat, stream: true }, model);
  const [collected, answered] = [new CollectedChunks(), new UpstreamReply()];
  for await (const found of upstreamEvents(model, { path: '/chat/completions', body, signal })) {
    call.exchange.part();
    const sound = soundReply(found);
    answered.add(sound);
    collected.add(soundChunk(sound));
    const pieces = textsIn(sound);
    if (pieces.length > 0) yield { pieces, logProbs: [] };
  }
  answered.noteIn(call.exchange);
  const [choice] = collected.choices;
  const isCut = choice?.finish_reason === 'length';
  // New ids, since items are stored under them on this server.
  const calls = (choice?.message.tool_calls ?? []).map((one): ToolCallReply => ({ ...one, id: newKeptId('call_') }));
  yield {
    pieces: calls.map((one, i) => ({ call: one, ...(isCut && i === calls.length - 1 && { isCut: true as const }) })),
    logProbs: [],
  };
  const [{ text, usage } = { text: '', usage: answered.counts(call.exchange.bodyBytes) }] = call.exchange.answers;
  yield { answer: { text, ids: [], finishReason: isCut ? 'length' : 'stop', usage } };
}

function textsIn({ choices }: SoundReply): AnswerPart[] {
  const { content, reasoning_content: reasoning } = choices.at(0)?.delta ?? {};
  return [
    ...(typeof reasoning === 'string' && reasoning !== '' ? [{ reasoning }] : []),
    ...(typeof content === 'string' && content !== '' ? [{ content }] : []),
  ];
}
