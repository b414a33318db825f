import type { Asked } from '../../../eval/prompting/asked.ts';
import type { OpenedModel } from '../open-model.ts';

/** Why a model leaves a row unanswered. */
export const TOO_LONG = 'longer than the model can read';

/** What a model needs to answer rows. */
export type Answering = Pick<OpenedModel, 'model' | 'tokenizer'>;

export interface AnswerOptions {
  /** Longest answer, in tokens. */
  maxNewTokens: number;
  /** Texts that end an answer, for models that have learnt no end. */
  stop?: readonly string[];
  /** The classes of classification rows, for a language model: it chooses the likeliest instead of writing. */
  labels?: readonly string[];
  /** Solved rows that show whether the model is better asked in turns or by a text to continue. */
  practice?: readonly Asked[];
}
