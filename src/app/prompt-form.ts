import type { Message } from '../text/index.ts';
import type { GenerateRequest } from '../jobs/generate/generate.ts';
import { resultFolder } from '../jobs/model/result-folder.ts';
import { promptFormOf, readNotes, type PromptForm } from '../jobs/model/result-notes.ts';

export type { PromptForm } from '../jobs/model/result-notes.ts';

type Prompt = GenerateRequest['prompts'][number];

/** How a result was trained to be asked. */
export interface TrainedForm {
  form: PromptForm;
  /** The system message that every training row began with. */
  systemPrompt?: string;
}

/** The form of the rows that a result was trained on; undefined for a model that was not tuned here. */
export function trainedForm(target: string): TrainedForm | undefined {
  const notes = readNotes(resultFolder(target));
  const form = promptFormOf(notes);
  if (form === undefined) return undefined;
  return notes?.system_prompt === undefined ? { form } : { form, systemPrompt: notes.system_prompt };
}

/**
 * A prompt in the form that the model was trained on: a text becomes the turn of a conversation, and a conversation of
 * nothing but a question becomes a text.
 */
export function inTrainedForm(prompt: Prompt, trained: TrainedForm | undefined): Prompt {
  if (trained === undefined) return prompt;
  if (typeof prompt === 'string') return trained.form === 'chat' ? { messages: askingTurns(prompt, trained) } : prompt;
  if (!('messages' in prompt) || trained.form === 'chat') return prompt;
  const { messages, tools = [] } = prompt;
  const [first] = messages;
  const isText = messages.length === 1 && first.role === 'user' && first.images === undefined && tools.length === 0;
  return isText ? first.content : prompt;
}

/** The turns that ask one thing, as training rows did. */
function askingTurns(text: string, { systemPrompt }: TrainedForm): Message[] {
  const told: Message[] = systemPrompt === undefined ? [] : [{ role: 'system', content: systemPrompt }];
  return [...told, { role: 'user', content: text }];
}
