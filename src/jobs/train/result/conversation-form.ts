/** Common features of a result's training conversations, which determine how it should be prompted. */
import type { Example } from '../../../data/example.ts';
import { kindOf } from '../../../data/kinds/index.ts';
import { usesTools, type Message, type Tokenizer, type ToolSchema } from '../../../models/text/index.ts';
import type { ResultNotesFile } from '../../../answering/model/result-notes.ts';

interface Turns {
  messages: readonly Message[];
  tools?: readonly ToolSchema[];
}

type ConversationNotes = Pick<
  ResultNotesFile,
  'has_template' | 'has_tools' | 'system_prompt' | 'tools' | 'differs' | 'answer_space'
>;

/** The prompt format of the rows, and what all of them share. */
export function conversationForm(
  train: readonly Example[],
  tokenizer: Pick<Tokenizer, 'answerSpace'> & Partial<Pick<Tokenizer, 'templates'>>,
): ConversationNotes {
  const chats = train.flatMap((example) => turnsOf(example) ?? []);
  const isTemplated = train.some((example) => kindOf(example).isTemplated === true);
  // Plain-text rows among them have neither system message nor tools.
  const all: readonly Turns[] = chats.length === train.length ? chats : [...chats, { messages: [] }];
  const system = shared(all.map(systemOf));
  const tools = shared(all.map(({ tools: own = [] }) => (own.length === 0 ? undefined : own)));
  const differs = [...(system.differs ? ['system' as const] : []), ...(tools.differs ? ['tools' as const] : [])];
  return {
    has_template: chats.length > 0 || (isTemplated && tokenizer.templates?.exists === true),
    ...(chats.some(usesTools) && { has_tools: true }),
    ...(chats.length > 0 && system.value !== undefined && { system_prompt: system.value }),
    ...(chats.length > 0 && tools.value !== undefined && { tools: tools.value }),
    ...(chats.length > 0 && differs.length > 0 && { differs }),
    ...(tokenizer.answerSpace && { answer_space: true }),
  };
}

/** A row's conversation, or the one that its answers continue. */
function turnsOf(example: Example): Turns | undefined {
  if (example.kind === 'chat') return example;
  if (!('prompt' in example) || typeof example.prompt === 'string') return undefined;
  return { messages: example.prompt, ...('tools' in example && { tools: example.tools }) };
}

function systemOf({ messages }: Turns): string | undefined {
  const first = messages.at(0);
  return first?.role === 'system' ? first.content : undefined;
}

/** The value that all rows share; `differs` if some have one but not all the same. */
function shared<Value>(values: readonly (Value | undefined)[]): { value?: Value; differs: boolean } {
  const [first] = values;
  // Templates print keys in order, so that another order makes another prompt.
  const text = JSON.stringify(first);
  const isShared = values.every((value) => value === first || JSON.stringify(value) === text);
  return isShared ? { value: first, differs: false } : { differs: true };
}
