/** Assembles the chunks of a streamed chat completion, as a client does. */
import { pushAll } from '../../base/many.ts';
import type { ToolCallReply } from '../../models/text/tool-calls/answer-reader.ts';
import type { ChatChunk, ChatReply } from '../schemas/chat.ts';

type Choice = ChatReply['choices'][number];
type Delta = ChatChunk['choices'][number]['delta'];

interface Collected extends Choice {
  /** Tool calls by their index in the stream. */
  calls: Map<number, ToolCallReply>;
}

export class CollectedChunks {
  #first: ChatChunk | undefined;
  readonly #choices = new Map<number, Collected>();
  #usage: ChatReply['usage'] | undefined;

  add(chunk: ChatChunk): void {
    this.#first ??= chunk;
    this.#usage = chunk.usage ?? this.#usage;
    for (const { index, delta, logprobs, finish_reason: reason } of chunk.choices) {
      const choice = this.#choices.get(index) ?? newChoice(index);
      this.#choices.set(index, choice);
      addDelta(choice, delta);
      if (typeof reason === 'string') choice.finish_reason = reason;
      if (!Array.isArray(logprobs?.content)) continue;
      choice.logprobs ??= { content: [], refusal: null };
      pushAll(choice.logprobs.content, logprobs.content);
    }
  }

  get choices(): Choice[] {
    const choices = [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
    return choices.map(({ calls, message, ...rest }) => {
      if (calls.size === 0) return { ...rest, message };
      const content = message.content === '' ? null : message.content;
      return { ...rest, message: { ...message, content, tool_calls: [...calls.values()] } };
    });
  }

  /** The complete reply; undefined if there were no chunks. @param usage used if the stream reports none */
  reply(usage: ChatReply['usage']): ChatReply | undefined {
    if (this.#first === undefined) return undefined;
    const { choices: _, usage: __, ...head } = this.#first;
    return { ...head, object: 'chat.completion', choices: this.choices, usage: this.#usage ?? usage };
  }
}

function newChoice(index: number): Collected {
  const message = { role: 'assistant' as const, content: null, refusal: null, annotations: [] };
  return { index, message, logprobs: null, finish_reason: 'stop', calls: new Map() };
}

function addDelta({ message, calls }: Collected, delta: Delta): void {
  const { content, reasoning_content: thought, tool_calls: parts } = delta;
  if (typeof content === 'string') message.content = (message.content ?? '') + content;
  if (typeof thought === 'string') message.reasoning_content = (message.reasoning_content ?? '') + thought;
  for (const { index, id, function: part } of parts ?? []) {
    // The first fragment has the id and the name; later ones extend the arguments.
    const call = calls.get(index) ?? { id, type: 'function', function: { name: part.name, arguments: '' } };
    calls.set(index, call);
    call.function.arguments += part.arguments;
  }
}
