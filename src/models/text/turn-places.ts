import { withContent, type Message, type ToolCall } from './message.ts';

/** A range of text in UTF-16 units, `[start, end)`. */
export interface Span {
  start: number;
  end: number;
}

/** Renders turns of one conversation, with its tools and variables; undefined if the template rejects them. */
export type RenderTurns = (messages: readonly Message[], addGenerationPrompt: boolean) => string | undefined;

/** A conversation with cached renderings of its first turns. */
export class Turns {
  readonly messages: readonly Message[];
  readonly render: RenderTurns;
  readonly #beginnings = new Map<string, string | undefined>();
  readonly #shown = new Map<string, ShownTurns | undefined>();

  constructor(messages: readonly Message[], render: RenderTurns) {
    this.messages = messages;
    this.render = render;
  }

  /** The first turns as text; undefined if the template rejects them. */
  beginning(count: number, addGenerationPrompt: boolean): string | undefined {
    const key = `${count} ${addGenerationPrompt}`;
    if (!this.#beginnings.has(key)) {
      this.#beginnings.set(key, this.render(this.messages.slice(0, count), addGenerationPrompt));
    }
    return this.#beginnings.get(key);
  }

  /** The first turns with their places. */
  shown(count: number, addGenerationPrompt: boolean): ShownTurns | undefined {
    const key = `${count} ${addGenerationPrompt}`;
    const text = this.beginning(count, addGenerationPrompt);
    if (!this.#shown.has(key) && text !== undefined) {
      this.#shown.set(key, new ShownTurns({ turns: this, count, text, addGenerationPrompt }));
    }
    return this.#shown.get(key);
  }
}

interface Showing {
  turns: Turns;
  count: number;
  text: string;
  addGenerationPrompt: boolean;
}

/** The first turns of a conversation, as rendered by a template. */
export class ShownTurns {
  readonly turns: Turns;
  readonly messages: readonly Message[];
  readonly text: string;
  readonly #addGenerationPrompt: boolean;
  readonly #places = new Map<number, Span | 'nothing' | undefined>();

  constructor({ turns, count, text, addGenerationPrompt }: Showing) {
    this.turns = turns;
    this.messages = turns.messages.slice(0, count);
    this.text = text;
    this.#addGenerationPrompt = addGenerationPrompt;
  }

  /**
   * Range of a turn's text, reasoning and calls, from the first to the last of them: the text around it stays the same
   * when other words take their place. The range may be too wide if the template reacts to other words with further
   * changes, but never too narrow. `nothing`: the text does not depend on the turn; undefined: unknown.
   */
  place(index: number): Span | 'nothing' | undefined {
    if (!this.#places.has(index)) this.#places.set(index, this.#find(index));
    return this.#places.get(index);
  }

  #find(index: number): Span | 'nothing' | undefined {
    const marker = unusedMarker(this.text);
    const marked = markTurn(this.messages[index], marker);
    if (marked === undefined) return 'nothing';
    const text = this.turns.render(this.messages.with(index, marked), this.#addGenerationPrompt);
    if (text === undefined) return undefined;
    const first = text.indexOf(marker);
    if (first === -1) return text === this.text ? 'nothing' : undefined;
    const head = text.slice(0, first);
    const tail = text.slice(text.lastIndexOf(marker) + marker.length);
    const start = commonPrefix(this.text, head);
    const end = this.text.length - commonSuffix(this.text, tail);
    return start <= end ? { start, end } : undefined;
  }
}

/** The turn with markers for everything in it; undefined if it is empty. */
function markTurn(message: Message, marker: string): Message | undefined {
  if (holdsNothing(message)) return undefined;
  const { content, reasoning_content: reasoning, tool_calls: calls = [] } = message;
  return {
    ...(hasWords(content) ? withContent(message, marker) : message),
    ...(hasWords(reasoning) && { reasoning_content: marker }),
    ...(calls.length > 0 && { tool_calls: calls.map((call) => withArguments(call, marker)) }),
  };
}

/** Whether a turn has neither text nor reasoning nor calls. */
export function holdsNothing({ content, reasoning_content: reasoning, tool_calls: calls = [] }: Message): boolean {
  return !hasWords(content) && !hasWords(reasoning) && calls.length === 0;
}

export function hasWords(text: string | null | undefined): text is string {
  return typeof text === 'string' && text.trim() !== '';
}

/** A call with marked arguments, as an object or JSON text like the original. */
export function withArguments(call: ToolCall, marker: string): ToolCall {
  const marked = { [marker]: marker };
  const isText = typeof call.function.arguments === 'string';
  return { ...call, function: { ...call.function, arguments: isText ? JSON.stringify(marked) : marked } };
}

/** A word that does not occur in the text. */
export function unusedMarker(text: string): string {
  let marker = 'attunemarker';
  while (text.includes(marker)) marker += 'x';
  return marker;
}

function commonPrefix(a: string, b: string): number {
  if (a.startsWith(b)) return b.length;
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function commonSuffix(a: string, b: string): number {
  if (a.endsWith(b)) return b.length;
  let length = 0;
  while (length < a.length && length < b.length && a.at(-1 - length) === b.at(-1 - length)) length++;
  return length;
}
