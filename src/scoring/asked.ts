import { capitalised } from '../base/articles.ts';
import type { ChatExample } from '../data/kinds/chat.ts';
import type { CompletionExample } from '../data/kinds/completion.ts';
import { kindOf, type Example, type ExampleKind, type ExampleOf } from '../data/kinds/index.ts';
import { separatorOf, type Conversation, type Message } from '../models/text/index.ts';
import { expectedText, promptText, questionTurns } from './prompt-text.ts';

/** A row with additions to its prompt: an instruction, passages, and few-shot examples. Plain data. */
export interface Asked {
  example: Example;
  instruction?: string;
  /** Few-shot examples, best first. */
  shots?: readonly Example[];
  /** Passages that may contain the answer, best first. */
  passages?: readonly string[];
}

/** Narrows the rows to one kind, which the task has checked before. */
export function askedExamples<Name extends ExampleKind>(asked: readonly Asked[], kind: Name): ExampleOf<Name>[] {
  const isOfKind = (example: Example): example is ExampleOf<Name> => example.kind === kind;
  return asked.map(({ example }) => {
    if (isOfKind(example)) return example;
    throw new Error(`rows of kind ${kind} are answered here, not of kind ${example.kind}`);
  });
}

/** Turns of a chat template, or a text to continue. */
export type AskingStyle = 'chat' | 'plain';

/** Model input with the expected answer. */
export type AskedRow = ChatExample | CompletionExample;

/**
 * Lays a row out: the instruction, the few-shot examples and the passages, each with the best one last, then the
 * question. Rows of plain text have no question and no layout. `answerSpace`: examples include the space before
 * answers.
 */
export function askedRow(
  { example, instruction, shots = [], passages = [] }: Asked,
  style: AskingStyle,
  answerSpace = false,
): AskedRow | undefined {
  if (kindOf(example).isRunningText) return undefined;
  const frame = { instruction, solved: shots.toReversed(), read: passages.toReversed() };
  return style === 'chat' || isChat(example)
    ? asChat(example, frame)
    : asCompletion(example, { ...frame, answerSpace });
}

/** Whether a row consists of turns, so that there is only one way to prompt it. */
export function isChat(example: Example): boolean {
  return questionTurns(example) !== undefined;
}

/** The prompt for a model that should answer the row. */
export function promptOf(row: AskedRow): Conversation | string {
  if (row.kind === 'completion') return row.prompt;
  const { messages, tools, chatTemplateKwargs } = row;
  return { messages: messages.slice(0, -1), tools, chatTemplateKwargs };
}

interface Frame {
  instruction?: string;
  solved: readonly Example[];
  read: readonly string[];
}

/** Frame of plain texts, whose answers may begin with a space. */
interface PlainFrame extends Frame {
  answerSpace: boolean;
}

function asChat(example: Example, { instruction, solved, read }: Frame): ChatExample {
  const { id, source, group } = example;
  const own = questionTurns(example) ?? [{ role: 'user', content: promptText(example).trim() } as const];
  const system = own.filter(({ role }) => role === 'system' || role === 'developer').map(({ content }) => content);
  const told = [...system, instruction].filter((text) => text !== undefined).join('\n\n');
  const messages: Message[] = [
    ...(told === '' ? [] : [{ role: 'system', content: told } as const]),
    ...solved.flatMap((shot): Message[] => [...turnsOf(shot), answerTurn(shot)]),
    ...withPassages(
      own.filter(({ role }) => role !== 'system' && role !== 'developer'),
      read,
    ),
    answerTurn(example),
  ];
  const { tools, chatTemplateKwargs } = example.kind === 'chat' ? example : {};
  return { kind: 'chat', id, source, group, messages, tools, chatTemplateKwargs };
}

/** Puts passages into the last question, which they belong to. */
function withPassages(turns: readonly Message[], read: readonly string[]): readonly Message[] {
  const last = turns.at(-1);
  if (read.length === 0 || last === undefined) return turns;
  return [...turns.slice(0, -1), { ...last, content: [...read, last.content].join('\n\n') }];
}

/** The question of a few-shot example, without its system message. */
function turnsOf(example: Example): readonly Message[] {
  const turns = questionTurns(example)?.filter(({ role }) => role !== 'system' && role !== 'developer');
  return turns ?? [{ role: 'user', content: promptText(example).trim() }];
}

function answerTurn(example: Example): Message {
  const answer = example.kind === 'chat' ? example.messages.findLast(({ role }) => role === 'assistant') : undefined;
  if (answer?.tool_calls !== undefined) return { ...answer, content: answer.content.trim() };
  return { role: 'assistant', content: (expectedText(example) ?? '').trim() };
}

function asCompletion(example: Example, { instruction, solved, read, answerSpace }: PlainFrame): CompletionExample {
  const { id, source, group } = example;
  const told = instruction === undefined ? [] : [instruction];
  const before = solved.map((shot) => {
    const [prompt, completion] = [plainQuestion(shot), plainAnswer(shot)];
    return prompt + (answerSpace ? separatorOf({ prompt, completion }) : '') + completion;
  });
  const prompt = [...told, ...before, ...read, plainQuestion(example)].join('\n\n');
  return { kind: 'completion', id, source, group, prompt, completion: plainAnswer(example) };
}

/** Whether a row's answer follows a name such as "Label:". */
export function isAskedByName(kind: ExampleKind): boolean {
  return kindOf({ kind }).answerName !== undefined;
}

/** Plain prompts end with the answer's name; other prompts are unchanged. */
function plainQuestion(example: Example): string {
  const { answerName } = kindOf(example);
  return answerName === undefined ? promptText(example) : `Text: ${promptText(example)}\n${capitalised(answerName)}:`;
}

function plainAnswer(example: Example): string {
  const answer = expectedText(example) ?? '';
  return isAskedByName(example.kind) ? ` ${answer}` : answer;
}
