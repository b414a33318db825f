import type { ChatExample } from '../data/kinds/chat.ts';
import { kindOf, type Example } from '../data/kinds/index.ts';
import type { Message, ToolSchema } from '../models/text/index.ts';
import type { GenerateRequest } from '../answering/generate/generate.ts';
import { resultFolder } from '../answering/model/result-folder.ts';
import { promptFormOf, readNotes, type PromptForm, type ResultNotesFile } from '../answering/model/result-notes.ts';

export type { PromptForm } from '../answering/model/result-notes.ts';

type Prompt = GenerateRequest['prompts'][number];

/** How a result was prompted in training. */
export interface TrainedForm {
  form: PromptForm;
  /** System message, if all training rows began with the same one. */
  systemPrompt?: string;
  /** Tools, if all training rows had the same ones. */
  tools?: readonly ToolSchema[];
  /** Parts that differed between training rows and therefore have no default. */
  differs?: readonly ('system' | 'tools')[];
}

/** Prompt form of a result's training rows; undefined for a model that was not tuned by attune. */
export function trainedForm(target: string): TrainedForm | undefined {
  return formOfNotes(readNotes(resultFolder(target)));
}

export function formOfNotes(notes: ResultNotesFile | undefined): TrainedForm | undefined {
  const form = promptFormOf(notes);
  if (notes === undefined || form === undefined) return undefined;
  const { system_prompt: systemPrompt, tools, differs } = notes;
  return {
    form,
    ...(systemPrompt !== undefined && { systemPrompt }),
    ...(tools !== undefined && { tools }),
    ...(differs !== undefined && { differs }),
  };
}

/**
 * Converts a prompt to the form of the training rows: a text becomes a turn of a conversation, and a conversation
 * that is only a question becomes a text. A conversation without a system message or list of tools gets those of the
 * training rows; an empty list of tools stays empty.
 */
export function inTrainedForm(prompt: Prompt, trained: TrainedForm | undefined): Prompt {
  if (trained === undefined) return prompt;
  if (typeof prompt === 'string')
    return trained.form === 'chat' ? withDefaults({ messages: [{ role: 'user', content: prompt }] }, trained) : prompt;
  if (!('messages' in prompt)) return prompt;
  if (trained.form === 'chat') return withDefaults(prompt, trained);
  const { messages, tools = [] } = prompt;
  const [first] = messages;
  const isText = messages.length === 1 && first.role === 'user' && first.images === undefined && tools.length === 0;
  return isText ? first.content : prompt;
}

/**
 * Converts a row to the form of the training rows: for a chat model, conversations and prompts get the training rows'
 * system message and tools; other rows are unchanged.
 */
export function exampleInTrainedForm(example: Example, trained: TrainedForm | undefined): Example {
  if (trained?.form !== 'chat') return example;
  if (example.kind === 'chat') return withDefaults(example, trained);
  if (!isPrompt(example)) return example;
  const { id, source, group, mails, prompt } = example;
  const turns: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
  // Adds an empty answer, since conversations are prompts up to their last answer.
  const messages: readonly Message[] = [...turns, { role: 'assistant', content: '' }];
  const tools = example.kind === 'preference' ? example.tools : undefined;
  return withDefaults<ChatExample>({ kind: 'chat', id, source, group, mails, messages, tools }, trained);
}

function isPrompt(example: Example): example is Extract<Example, { prompt: unknown }> {
  return kindOf(example).isPrompt === true;
}

interface Turns {
  messages: readonly Message[];
  tools?: readonly ToolSchema[];
}

function withDefaults<Asked extends Turns>(prompt: Asked, { systemPrompt, tools }: TrainedForm): Asked {
  const { messages } = prompt;
  const isTold = systemPrompt === undefined || messages.some(({ role }) => role === 'system' || role === 'developer');
  const isEquipped = tools === undefined || prompt.tools !== undefined;
  if (isTold && isEquipped) return prompt;
  return {
    ...prompt,
    ...(!isTold && { messages: [{ role: 'system', content: systemPrompt }, ...messages] }),
    ...(!isEquipped && { tools }),
  };
}

/** Describes parts that differed between training rows and that a prompt lacks; undefined if there are none. */
export function missingParts(
  { differs = [] }: Pick<TrainedForm, 'differs'>,
  given: { system: boolean; tools: boolean },
): string | undefined {
  const names = { system: 'system messages', tools: 'tools' };
  const missing = differs.filter((part) => !given[part]).map((part) => names[part]);
  if (missing.length === 0) return undefined;
  return (
    `training rows had different ${missing.join(' and ')}: without one, the model answers in a situation ` +
    'it was never trained for'
  );
}
