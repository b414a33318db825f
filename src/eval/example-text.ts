import { AttuneError } from '../base/errors.ts';
import type { Example } from '../data/example.ts';
import { callText } from '../text/call-text.ts';
import type { Message, ToolCall } from '../text/message.ts';

/** The text that a predictor is given: prompt, conversation up to the last answer, or the text to classify. */
export function promptText(example: Example): string {
  switch (example.kind) {
    case 'chat':
      return conversation(example.messages.slice(0, lastAnswer(example.messages)));
    case 'completion':
    case 'prompt':
    case 'preference':
    case 'feedback':
    case 'stepwise':
      return typeof example.prompt === 'string' ? example.prompt : conversation(example.prompt);
    case 'speech':
    case 'recording':
    case 'image-text':
      return '';
    case 'tagged':
      return example.words.join(' ');
    case 'question':
      return `${example.context}\n${example.question}`;
    case 'pair':
      return example.anchor;
    case 'items':
      return example.items.slice(0, -1).join(', ');
    case 'graded':
      return `${example.first}\n${example.second}`;
    case 'classification':
    case 'multilabel':
    case 'regression':
      return example.textPair === undefined ? example.text : `${example.text}\n${example.textPair}`;
    case 'text':
      return '';
  }
}

/**
 * The answer that a prediction is compared with.
 * @throws E_NO_ANSWER for a row that has none, such as a prompt without completion.
 */
export function answerText(example: Example): string {
  const answer = expectedText(example);
  if (answer !== undefined) return answer;
  throw new AttuneError('E_NO_ANSWER', {
    what: `A row of kind "${example.kind}" has no answer to compare with`,
    got: `${example.source.file}:${example.source.line}`,
    expected: 'rows with a completion, an assistant turn, a chosen answer or a label',
  });
}

/** The answer, where the row has one. */
export function expectedText(example: Example): string | undefined {
  switch (example.kind) {
    case 'chat':
      return answerOf(example.messages[lastAnswer(example.messages)]);
    case 'completion':
      return example.completion;
    case 'classification':
      return example.label;
    case 'tagged':
      return example.tags.join(' ');
    case 'question':
      return example.answers && (example.answers[0]?.text ?? '');
    case 'pair':
      return example.positive;
    case 'items':
      return example.items.at(-1);
    case 'graded':
      return String(example.score);
    case 'multilabel':
      return joinLabels(example.labels);
    case 'regression':
      return String(example.value);
    case 'text':
    case 'speech':
    case 'image-text':
      return example.text;
    case 'preference':
      return lastContent(example.chosen);
    case 'feedback':
      return example.label ? lastContent(example.completion) : undefined;
    case 'stepwise':
      return example.labels.map(verdictText).join(' ');
    case 'prompt':
    case 'recording':
      return undefined;
  }
}

/** How the verdict on a step is written. */
export function verdictText(right: number): string {
  return right >= 0.5 ? 'right' : 'wrong';
}

/** The calls of tools in the answer, where it has some. */
export function expectedCalls(example: Example): readonly ToolCall[] | undefined {
  return example.kind === 'chat' ? example.messages[lastAnswer(example.messages)]?.tool_calls : undefined;
}

/** What an assistant says, and then its calls, as our own chat template writes them. */
function answerOf(message: Message | undefined): string | undefined {
  if (message?.tool_calls === undefined) return message?.content;
  return [message.content, ...message.tool_calls.map(callText)].filter((part) => part !== '').join('\n');
}

/** The classes of one row; empty for rows of other kinds. */
export function rowLabels(example: Example): readonly string[] {
  if (example.kind === 'classification') return [example.label];
  if (example.kind === 'tagged') return example.tags;
  return example.kind === 'multilabel' ? example.labels : [];
}

/** All class names of rows that have classes, sorted; empty for rows of other kinds. */
export function labelsIn(examples: readonly Example[]): string[] {
  return [...new Set(examples.flatMap(rowLabels))].toSorted();
}

/** Several classes as one answer: in order, so that equal sets are equal texts. */
export function joinLabels(labels: readonly string[]): string {
  return labels.toSorted().join(', ');
}

/** The classes that a written answer names. */
export function splitLabels(text: string): string[] {
  const labels = text.split(/[,;|\n]/).map((label) => label.trim());
  return [...new Set(labels.filter((label) => label !== ''))].toSorted();
}

/** The turns that come before the answer, of a row that is a conversation. */
export function questionTurns(example: Example): readonly Message[] | undefined {
  if (example.kind === 'chat') return example.messages.slice(0, lastAnswer(example.messages));
  const prompt = 'prompt' in example ? example.prompt : undefined;
  return typeof prompt === 'string' ? undefined : prompt;
}

/** Index of the last assistant turn; the number of messages where there is none. */
function lastAnswer(messages: readonly Message[]): number {
  const index = messages.findLastIndex((message) => message.role === 'assistant');
  return index < 0 ? messages.length : index;
}

function conversation(messages: readonly Message[]): string {
  return messages.map((message) => message.content).join('\n');
}

function lastContent(answer: string | readonly Message[]): string | undefined {
  return typeof answer === 'string' ? answer : answer.at(-1)?.content;
}
