import { isAdapterFolder, modelFolder, OWN_BASE } from './base-model.ts';
import { declaresTurnEnds, Tokenizer } from '../../models/text/index.ts';

/**
 * Whether a model answers already, rather than going on with a text: it stops where its chat template ends an answer. One
 * that is not here is known by its name.
 */
export async function answersChats(model: string): Promise<boolean> {
  if (model === OWN_BASE) return false; // its template is there to be trained on
  let folder: string;
  try {
    folder = modelFolder(model);
  } catch {
    return /(^|[-_.])(instruct|it|chat|sft|dpo)($|[-_.])/i.test(model);
  }
  return isAdapterFolder(folder) || declaresTurnEnds(await Tokenizer.load(folder));
}
