/** What is kept of one answer that was served. */

/** An answer as the server knows it when it is over. */
export interface ServedAnswer {
  /** Of the reply: `chatcmpl-…`. */
  id: string;
  /** Place among the answers of one reply. */
  choice: number;
  /** When it was asked for: milliseconds since the epoch. */
  at: number;
  model: string;
  /** Of the weights: another one after every change of the files. */
  version: string;
  /** Of the weights, to find what they were trained on; it is not kept. */
  folder?: string;
  /** `chat`, `text_completion`, `classify`, … */
  operation: string;
  /** Name of the API key. */
  key?: string;
  /** Who asked, as the request says. */
  user?: string;
  status: number;
  milliseconds: number;
  /** Until the first part of the answer. */
  firstPart?: number;
  promptTokens?: number;
  answerTokens?: number;
  finish?: string;
  /** What was asked: a text, a conversation, columns. */
  prompt?: Asked;
  answer?: string;
  /** Of a classifier: the class. */
  label?: string;
  /** Of the class; of a text, the geometric mean of its tokens' probabilities. */
  confidence?: number;
  /** The answer was to be JSON. */
  wantsJson?: boolean;
  /** The answer was to call a tool, or could. */
  hasTools?: boolean;
}

export interface AskedMessage {
  role: string;
  content: unknown;
}

export type Asked = string | readonly AskedMessage[] | Readonly<Record<string, unknown>>;

/** What was asked last, as one text. */
export function askedText(prompt: Asked | undefined): string {
  if (prompt === undefined) return '';
  if (typeof prompt === 'string') return prompt;
  if (Array.isArray(prompt)) {
    const messages = prompt as readonly AskedMessage[];
    return textOfContent(messages.findLast(({ role }) => role === 'user')?.content ?? messages.at(-1)?.content);
  }
  return Object.values(prompt)
    .filter((value) => typeof value === 'string')
    .join('\n');
}

function textOfContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: unknown }) => (typeof part?.text === 'string' ? part.text : '')).join('\n');
}
