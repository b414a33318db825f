/** Converts prompts and answers, which are texts or turns, to text. */
import { imagesIn, type Message } from '../../models/text/message.ts';

export type TextOrTurns = string | readonly Message[];

/** Index of the last assistant turn; the number of messages if there is none. */
export function lastAnswer(messages: readonly Message[]): number {
  const index = messages.findLastIndex(({ role }) => role === 'assistant');
  return index < 0 ? messages.length : index;
}

export function turnsOf(prompt: TextOrTurns): readonly Message[] | undefined {
  return typeof prompt === 'string' ? undefined : prompt;
}

/** The text of a prompt, one message per line. */
export function spoken(prompt: TextOrTurns): string {
  return typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('\n');
}

export function lastSaid(answer: TextOrTurns): string | undefined {
  return typeof answer === 'string' ? answer : answer.at(-1)?.content;
}

/** Text for comparing rows: without system prompts, with tool calls. */
export function comparedText(value: TextOrTurns): string {
  if (typeof value === 'string') return value;
  const turns = value.filter(({ role }) => role !== 'system' && role !== 'developer');
  return turns
    .map(({ content, tool_calls: calls }) => (calls ? `${content} ${JSON.stringify(calls)}` : content))
    .join('\n');
}

/** The turns' text with image hashes after each word, so that texts about different images share no word pairs. */
export function comparedTurns(messages: readonly Message[]): string {
  const text = comparedText(messages);
  const hashes = imagesIn(messages).map(({ hash }) => hash.slice(0, 12));
  if (hashes.length === 0) return text;
  const words = text.split(/\s+/).filter((word) => word !== '');
  return [hashes.join(' '), ...words.map((word) => `${word} ${hashes.join('')}`)].join(' ');
}
