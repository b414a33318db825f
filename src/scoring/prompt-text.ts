import { AttuneError } from '../base/errors.ts';
import { kindOf, type Example } from '../data/kinds/index.ts';
import type { Message, ToolCall } from '../models/text/message.ts';

/** The input of a predictor: a prompt, a conversation up to the last answer, or the text to classify. */
export function promptText(example: Example): string {
  return kindOf(example).prompt(example);
}

/** The expected answer. @throws E_NO_ANSWER for a row without one, such as a prompt without completion */
export function answerText(example: Example): string {
  const answer = expectedText(example);
  if (answer !== undefined) return answer;
  throw new AttuneError('E_NO_ANSWER', {
    what: `A row of kind "${example.kind}" has no answer to compare with`,
    got: `${example.source.file}:${example.source.line}`,
    expected: 'rows with a completion, an assistant turn, a chosen answer or a label',
  });
}

/** The expected answer, if the row has one. */
export function expectedText(example: Example): string | undefined {
  return kindOf(example).answer(example);
}

/** Tool calls in the expected answer, if any. */
export function expectedCalls(example: Example): readonly ToolCall[] | undefined {
  return example.kind === 'chat'
    ? example.messages.findLast(({ role }) => role === 'assistant')?.tool_calls
    : undefined;
}

/** The classes of a row, including those of its words; empty for rows without classes. */
export function rowLabels(example: Example): readonly string[] {
  const { label } = kindOf(example);
  if (label?.type === 'class') return [label.of(example)];
  return label?.type === 'classes' || label?.type === 'tags' ? label.of(example) : [];
}

/** Whether every row is classified as a whole, with one class or several. */
export function areClassified(examples: readonly Example[]): boolean {
  return examples.every((example) => {
    const type = kindOf(example).label?.type;
    return type === 'class' || type === 'classes';
  });
}

/** Whether each row has one class. */
export function haveOneClass(examples: readonly Example[]): boolean {
  return examples.every((example) => kindOf(example).label?.type === 'class');
}

/** All class names of rows that have classes, sorted; empty for rows of other kinds. */
export function labelsIn(examples: readonly Example[]): string[] {
  return [...new Set(examples.flatMap(rowLabels))].toSorted();
}

/** The classes named in a written answer. */
export function splitLabels(text: string): string[] {
  const labels = text.split(/[,;|\n]/).map((label) => label.trim());
  return [...new Set(labels.filter((label) => label !== ''))].toSorted();
}

/** The turns before the answer, if the row is a conversation. */
export function questionTurns(example: Example): readonly Message[] | undefined {
  return kindOf(example).turns?.(example);
}
