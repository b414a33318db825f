/** The chunks of a streamed chat completion, put together as clients do. */
import type { ChatChunk, ChatReply } from '../schemas/chat.ts';

type Choice = ChatReply['choices'][number];
type Delta = ChatChunk['choices'][number]['delta'];

export class CollectedChunks {
  #first: ChatChunk | undefined;
  readonly #choices = new Map<number, Choice>();
  #usage: ChatReply['usage'] | undefined;

  add(chunk: ChatChunk): void {
    this.#first ??= chunk;
    this.#usage = chunk.usage ?? this.#usage;
    for (const { index, delta, logprobs, finish_reason: reason } of chunk.choices) {
      const choice = this.#choices.get(index) ?? newChoice(index);
      this.#choices.set(index, choice);
      addDelta(choice.message, delta);
      if (reason !== null) choice.finish_reason = reason;
      if ((logprobs ?? null) === null) continue;
      choice.logprobs ??= { content: [], refusal: null };
      choice.logprobs.content.push(...(logprobs!.content ?? []));
    }
  }

  get choices(): Choice[] {
    return [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
  }

  /** @param usage where the stream does not say it. Undefined where there was no chunk */
  reply(usage?: ChatReply['usage']): ChatReply | undefined {
    const counted = this.#usage ?? usage;
    if (this.#first === undefined || counted === undefined) return undefined;
    const { choices: _, usage: __, ...head } = this.#first;
    return { ...head, object: 'chat.completion', choices: this.choices, usage: counted };
  }
}

function newChoice(index: number): Choice {
  const message = { role: 'assistant' as const, content: null, refusal: null, annotations: [] };
  return { index, message, logprobs: null, finish_reason: 'stop' };
}

function addDelta(
  message: Choice['message'],
  { content, reasoning_content: thought, tool_calls: calls = [] }: Delta,
): void {
  if (typeof content === 'string') message.content = (message.content ?? '') + content;
  if (typeof thought === 'string') message.reasoning_content = (message.reasoning_content ?? '') + thought;
  for (const { index, id, type, function: part } of calls) {
    message.tool_calls ??= [];
    // The first fragment has the id and the name, the others more of the arguments.
    message.tool_calls[index] ??= { id, type, function: { name: part.name, arguments: '' } };
    message.tool_calls[index].function.arguments += part.arguments ?? '';
  }
  if (message.content === '' && message.tool_calls !== undefined) message.content = null;
}
