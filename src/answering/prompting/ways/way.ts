import type { Example } from '../../../data/example.ts';
import type { PromptingSettings } from '../../../methods/recipe/recipe-prompting.ts';
import type { PromptTrial } from '../search/prompt-trial.ts';
import type { Prompting } from '../prompting.ts';
import type { FoundPrompt } from '../search/found-prompt.ts';

/** Rows that a way of asking may use; never the rows that are compared. */
export interface AskingRows {
  /** Rows that may serve as examples. */
  train: readonly Example[];
  /** Rows whose answers have a typical form. */
  validation: readonly Example[];
  /** Rows that are typical in the form of their answers. */
  typical: readonly Example[];
}

export interface WayContext {
  rows: AskingRows;
  /** The user's instruction. */
  instruction?: string;
  settings: PromptingSettings;
  /** Passages of `settings.passages`. */
  passages: readonly string[];
  /** The model to prompt, for ways that try prompts on it. */
  trial: PromptTrial;
}

export interface Prepared {
  prompting: Prompting;
  /** Prompts that a search tried. */
  search?: Omit<FoundPrompt, 'prompting'>;
}

/** One way of prompting a model, in a file of this folder under its name. */
export interface WayOfAsking {
  /** Chooses the prompting. @throws AttuneError E_SHOTS_WANTED */
  prepare(context: WayContext): Prepared | Promise<Prepared>;
}
