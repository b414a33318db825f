import { isAdapterFolder, modelFolder, OWN_BASE } from './base-model.ts';
import { declaresTurnEnds, Tokenizer } from '../../models/text/index.ts';

/**
 * Whether a model is already tuned for chat rather than text completion: its stop tokens include the end of an answer
 * in its chat template. A model that is not on this machine is judged by its name.
 */
export async function answersChats(model: string): Promise<boolean> {
  if (model === OWN_BASE) return false; // it has a template for training only
  let folder: string;
  try {
    folder = modelFolder(model);
  } catch {
    return /(^|[-_.])(instruct|it|chat|sft|dpo)($|[-_.])/i.test(model);
  }
  return isAdapterFolder(folder) || declaresTurnEnds(await Tokenizer.load(folder));
}
