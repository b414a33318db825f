/** Record of one served answer. */

/** A completed answer and the server's data about it. */
export interface ServedAnswer {
  /** Id of the reply: `chatcmpl-…`. */
  id: string;
  /** Index within the reply. */
  choice: number;
  /** Time of the request in milliseconds since the epoch. */
  at: number;
  model: string;
  /** Version of the weights; changes with every change of the files. */
  version: string;
  /** Folder of the weights, to find their training data; not stored. */
  folder?: string;
  /** `chat`, `text_completion`, `classify`, … */
  operation: string;
  /** Name of the API key. */
  key?: string;
  /** User named by the request. */
  user?: string;
  status: number;
  milliseconds: number;
  /** Milliseconds until the first token of the answer. */
  firstPart?: number;
  promptTokens?: number;
  answerTokens?: number;
  finish?: string;
  /** The input: a text, a conversation, or columns. */
  prompt?: Asked;
  answer?: string;
  /** For classifiers: the class. */
  label?: string;
  /** Probability of the class; for texts, the geometric mean of the tokens' probabilities. */
  confidence?: number;
  /** The client requested JSON. */
  wantsJson?: boolean;
  /** The client required or offered tools. */
  hasTools?: boolean;
}

export interface AskedMessage {
  role: string;
  content: unknown;
}

export type Asked = string | readonly AskedMessage[] | Readonly<Record<string, unknown>>;

/** The last question as one text. */
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
