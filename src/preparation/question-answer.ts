import type { DataRow } from '@attune/documents';

/** Question and answer of a row; undefined if it has none. */
export interface QuestionAnswer {
  question: string;
  answer: string;
}

/** Question and answer columns of known formats; the first pair present counts. */
const PAIRS = [
  [['instruction', 'input'], 'output'],
  [['prompt'], 'completion'],
  [['prompt'], 'response'],
  [['question', 'context'], 'answer'],
  [['text', 'text_pair'], 'label'],
] as const;

/** From the given columns, otherwise the usual ones; in conversations, the last answer and everything before it. */
export function questionAnswer(
  { values }: DataRow,
  { question, answer }: { question: readonly string[] | null; answer: string | null },
): QuestionAnswer | undefined {
  if (question !== null && answer !== null) return pairOf(values, question, answer);
  if (Array.isArray(values.messages)) return ofMessages(values.messages as { role?: string }[]);
  for (const [asks, answers] of PAIRS) {
    if (Object.hasOwn(values, asks[0]) && Object.hasOwn(values, answers)) return pairOf(values, asks, answers);
  }
  return undefined;
}

function pairOf(
  values: Record<string, unknown>,
  question: readonly string[],
  answer: string,
): QuestionAnswer | undefined {
  if (values[answer] === undefined || values[answer] === null) return undefined;
  const asked = question.map((column) => values[column] ?? '').filter((part) => part !== '');
  return asked.length === 0 ? undefined : { question: asked.map(textOf).join('\n'), answer: textOf(values[answer]) };
}

function ofMessages(messages: readonly { role?: string }[]): QuestionAnswer | undefined {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  if (last < 1) return undefined;
  return { question: JSON.stringify(messages.slice(0, last)), answer: JSON.stringify(messages[last]) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
