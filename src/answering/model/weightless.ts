import { askedModel } from '../../store/asking-ways.ts';
import { isCheapFolder, isCheapModel } from '../baselines/cheap-names.ts';
import { isPromptedFolder } from '../prompting/kept-prompting.ts';

/** Whether a recipe's model is made without training steps: a cheap system, or a model that is only prompted. */
export function isWeightlessModel(model: string): boolean {
  return isCheapModel(model) || askedModel(model) !== undefined;
}

/** Whether a result has no trained weights of its own. */
export function isWeightlessFolder(folder: string): boolean {
  return isCheapFolder(folder) || isPromptedFolder(folder);
}
