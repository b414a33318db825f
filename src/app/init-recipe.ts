import { examineForInit, recipeFileFor, recipeText, writeRecipe, type InitAnswers, type InitFindings } from './init.ts';

export interface InitRecipeOptions extends Partial<InitAnswers> {
  /** The recipe to write; named after the data, in the current folder, unless given. */
  output?: string;
  /** Replaces a recipe that exists. Default false. */
  overwrite?: boolean;
}

export interface InitialRecipe {
  /** The file that was written. */
  file: string;
  /** What stands in it. */
  text: string;
  /** What the data say: their format and why, their first rows, what is optimised. */
  findings: InitFindings;
}

/**
 * Looks at a file or folder of rows and writes a recipe for it, as `attune init --yes` does.
 * @throws AttuneError E_RECIPE_EXISTS unless `overwrite`, E_INIT_FORMAT, E_BAD_ROWS and what reading raises
 */
export async function initRecipe(path: string, options: InitRecipeOptions = {}): Promise<InitialRecipe> {
  const { output = recipeFileFor(path), overwrite = false, model = 'attune-base', ...answers } = options;
  const findings = await examineForInit(path, answers);
  const text = await recipeText(findings, { model, ...answers });
  await writeRecipe(output, text, { overwrite });
  return { file: output, text, findings };
}
