import { greatest } from '../base/many.ts';
import type { Message } from './message.ts';

/** A stretch of text in UTF-16 units, `[start, end)`. */
export interface Span {
  start: number;
  end: number;
}

/** Renders some turns of one conversation, with its tools and variables; undefined where the template refuses them. */
export type RenderTurns = (messages: readonly Message[], addGenerationPrompt: boolean) => string | undefined;

export interface AnswerSearch {
  /** All turns, as `text` shows them. */
  messages: readonly Message[];
  text: string;
  render: RenderTurns;
  /** Texts of the tokens that may end a turn. */
  stops: readonly string[];
}

/**
 * Where the answer of turn `index` lies in the text: from the end of its header to the end of the token that ends the
 * turn. `unstable`: the template changes earlier turns in a way that hides them; `endless`: no token ends the turn.
 *
 * A template has no marks for this. Rendering the turns before the answer gives its start, rendering up to it its end,
 * wherever both are prefixes of the whole; else the contents are looked up by replacing them one at a time.
 */
export function findAnswer(search: AnswerSearch, index: number): Span | 'unstable' | 'endless' {
  return byPrefixes(search, index) ?? byReplacing(search, index) ?? 'unstable';
}

function byPrefixes({ messages, text, render, stops }: AnswerSearch, index: number): Span | 'endless' | undefined {
  const prompt = render(messages.slice(0, index), true);
  if (prompt === undefined || !text.startsWith(prompt)) return undefined;
  // The last turn's own rendering is the text itself.
  const through = index + 1 === messages.length ? text : render(messages.slice(0, index + 1), false);
  if (through === undefined || !text.startsWith(through) || !through.startsWith(prompt)) return undefined;
  const end = lastStopEnd(through, prompt.length, stops);
  return end === undefined ? 'endless' : { start: prompt.length, end };
}

function byReplacing(search: AnswerSearch, index: number): Span | 'endless' | undefined {
  const { messages, text, render, stops } = search;
  const content = locateContent(text, messages, index, (turns) => render(turns, false));
  const prompt = render(messages.slice(0, index), true);
  const seen = prompt !== undefined && text.startsWith(prompt) ? prompt.length : headerEnd(search, index, prompt);
  const start = seen ?? content?.start;
  if (start === undefined || (content !== undefined && start > content.start)) return undefined;
  // A stop between header and content means that the header was not where it seemed.
  if (content !== undefined && firstStopEnd(text.slice(0, content.start), start, stops) !== undefined) return undefined;
  const end = firstStopEnd(text, content?.end ?? start, stops);
  return end === undefined ? 'endless' : { start, end };
}

/** The end of the answer's header: what follows the turn before it, as far as the generation prompt has it too. */
function headerEnd(search: AnswerSearch, index: number, prompt: string | undefined): number | undefined {
  const { messages, text, render } = search;
  if (index === 0 || prompt === undefined) return undefined;
  const before = messages.slice(0, index);
  const inPrompt = locateContent(prompt, before, index - 1, (turns) => render(turns, true));
  const inText = locateContent(text, messages, index - 1, (turns) => render(turns, false));
  if (inPrompt === undefined || inText === undefined) return undefined;
  const common = commonPrefix(prompt.slice(inPrompt.end), text.slice(inText.end));
  return common === 0 ? undefined : inText.end + common;
}

/** Finds a turn's content by rendering with a marker in its place: the text before and after must stay the same. */
function locateContent(
  text: string,
  messages: readonly Message[],
  index: number,
  render: (turns: readonly Message[]) => string | undefined,
): Span | undefined {
  const { content } = messages[index];
  if (content.trim() === '') return undefined;
  const marker = unusedMarker(text);
  const marked = render(messages.with(index, { ...messages[index], content: marker }));
  const [head, tail, ...more] = marked?.split(marker) ?? [];
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  const end = text.length - tail.length;
  if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return undefined;
  const shown = text.slice(head.length, end).trim();
  return shown !== '' && content.includes(shown) ? { start: head.length, end } : undefined;
}

function unusedMarker(text: string): string {
  let marker = 'attunemarker';
  while (text.includes(marker)) marker += 'x';
  return marker;
}

function lastStopEnd(text: string, from: number, stops: readonly string[]): number | undefined {
  const ends = stops
    .map((stop) => ({ at: text.lastIndexOf(stop), length: stop.length }))
    .filter(({ at }) => at >= from);
  return ends.length === 0 ? undefined : greatest(ends.map(({ at, length }) => at + length));
}

function firstStopEnd(text: string, from: number, stops: readonly string[]): number | undefined {
  const ends = stops
    .map((stop) => ({ at: text.indexOf(stop, from), length: stop.length }))
    .filter(({ at }) => at !== -1);
  ends.sort((a, b) => a.at - b.at || b.length - a.length);
  return ends.length === 0 ? undefined : ends[0].at + ends[0].length;
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
