/** Reads an upstream server's reply, so that it is counted and monitored like a local answer. */
import { z } from '@hono/zod-openapi';
import type { ChatChunk } from '../schemas/chat.ts';
import type { Exchange } from '../watch/exchange.ts';
import type { JsonObject } from './upstream-client.ts';
import type { TokenCounts } from '../schemas/common.ts';

const count = z.number().int().min(0).catch(0);
const usageSchema = z.looseObject({
  prompt_tokens: count,
  completion_tokens: count.optional(),
  prompt_tokens_details: z.looseObject({ cached_tokens: count.optional() }).nullish().catch(undefined),
});

const text = z.string().nullish().catch(null);
const place = z.number().int().min(0).catch(0);

const callSchema = z.looseObject({
  index: place,
  id: z.string().catch(''),
  function: z
    .looseObject({ name: z.string().catch(''), arguments: z.string().catch('') })
    .catch({ name: '', arguments: '' }),
});

const messageSchema = z.looseObject({
  content: text,
  reasoning_content: text,
  tool_calls: z.array(callSchema).nullish().catch(null),
});

const choiceSchema = z.looseObject({
  index: place,
  text,
  message: messageSchema.optional().catch(undefined),
  delta: messageSchema.optional().catch(undefined),
  logprobs: z
    .looseObject({ content: z.array(z.unknown()).nullish().catch(null) })
    .nullish()
    .catch(null),
  finish_reason: text,
});

/** A reply or a chunk, validated as far as this server depends on it. */
const replySchema = z.looseObject({
  choices: z.array(choiceSchema).catch([]),
  usage: usageSchema.nullish().catch(undefined),
});

export type SoundReply = z.output<typeof replySchema>;

export function soundReply(found: JsonObject): SoundReply {
  return replySchema.parse(found);
}

/** A chunk of a chat, for assembly. */
export function soundChunk(reply: SoundReply): ChatChunk {
  const choices = reply.choices.map((choice) => ({ ...choice, delta: choice.delta ?? {} }));
  return { ...reply, choices } as unknown as ChatChunk;
}

const BYTES_OF_TOKEN = 4;

/** Collects the texts of a reply from one object or many chunks. */
export class UpstreamReply {
  readonly #texts = new Map<number, string>();
  readonly #reasons = new Map<number, string>();
  #counts: TokenCounts | undefined;

  add({ choices, usage }: SoundReply): void {
    for (const { index, text: written, message, delta, finish_reason: reason } of choices) {
      const more = written ?? message?.content ?? delta?.content ?? '';
      this.#texts.set(index, (this.#texts.get(index) ?? '') + more);
      if (typeof reason === 'string') this.#reasons.set(index, reason);
    }
    if (usage === undefined || usage === null) return;
    const { prompt_tokens: prompt, completion_tokens: answer = 0, prompt_tokens_details: details } = usage;
    this.#counts = { prompt, shared: details?.cached_tokens ?? 0, answer };
  }

  /** Token counts as reported, otherwise estimated from the texts. */
  counts(bodyBytes: number): TokenCounts {
    const length = [...this.#texts.values()].reduce((sum, text) => sum + text.length, 0);
    const estimated = (bytes: number) => Math.ceil(bytes / BYTES_OF_TOKEN);
    return this.#counts ?? { prompt: estimated(bodyBytes), shared: 0, answer: estimated(length) };
  }

  /** Records the answer in the exchange. */
  noteIn(exchange: Exchange): void {
    const counts = this.counts(exchange.bodyBytes);
    const texts = [...this.#texts.values()];
    const share = Math.ceil(counts.answer / Math.max(1, texts.length));
    for (const [i, [index, text]] of [...this.#texts].entries()) {
      const finishReason = this.#reasons.get(index) === 'length' ? 'length' : 'stop';
      exchange.answers[i] = { text, finishReason, usage: { ...counts, answer: share } };
    }
    exchange.finished(counts, [...this.#reasons.values()], texts);
  }
}
