/** Systems to compare, and how both are prompted. */
import { AttuneError } from '../../base/errors.ts';
import { isFolder } from '../../files/find-files.ts';
import { isAdapterFolder, modelFolder } from '../../answering/model/base-model.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import type { AskedModel, OpenedModel, SafetyOptions } from './ask-all.ts';
import type { AskingForm } from './safety-trial.ts';

type NamedBefore = Pick<SafetyOptions, 'before'>;

export interface Contestants {
  before?: AskedModel;
  after: AskedModel;
}

/** A tuned model is compared with its base, unless another model is named. */
export function contestants(target: string, { name, options }: { name: string; options: NamedBefore }): Contestants {
  const after = { name, target };
  if (options.before !== undefined) return { before: { name: options.before, target: options.before }, after };
  const folder = resultFolder(isFolder(target) ? target : modelFolder(target));
  const isTuned = isAdapterFolder(folder) || readNotes(folder) !== undefined;
  return isTuned ? { before: { name: `base of ${name}`, target, isBase: true }, after } : { after };
}

/** The prompt form of the model's training, otherwise chat if it has a template. */
export async function formOf(model: OpenedModel, systemPrompt?: string): Promise<AskingForm> {
  const { name, trained } = model;
  const isChat = trained === undefined ? await model.hasTemplate() : trained.form === 'chat';
  if (!isChat && systemPrompt !== undefined) {
    throw new AttuneError('E_USAGE', {
      what: `${name} is prompted with plain text, which cannot have a system message`,
    });
  }
  return { isChat, systemPrompt: systemPrompt ?? trained?.systemPrompt };
}
