import type { Asked, AskingStyle } from '../../eval/prompting/asked.ts';
import type { ConstraintSpec } from '../../generate/index.ts';
import type { PreferenceMeasure } from '../../train/method.ts';
import type { OpenedModel } from '../model/open-model.ts';

/** Templates that show the date must not make two evaluations differ. */
export const TEMPLATE_DATE = new Date(0);

/** Why a model leaves a row unanswered. */
export const TOO_LONG = 'longer than the model can read';

/** What a model needs to answer rows. */
export type Answering = Pick<
  OpenedModel,
  'model' | 'tokenizer' | 'media' | 'tuning' | 'baseFolder' | 'notes' | 'reading'
>;

export interface AnswerOptions {
  /** Longest answer, in tokens. */
  maxNewTokens: number;
  /** Texts that end an answer, for models that have learnt no end. */
  stop?: readonly string[];
  /** What answers are held to while they are written, for models that have not learnt the form. */
  held?: Record<AskingStyle, ConstraintSpec>;
  /** The classes of classification rows, for a language model: it chooses the likeliest instead of writing. */
  labels?: readonly string[];
  /** How pairs of answers are judged; as the model was trained to, unless given. */
  preference?: PreferenceMeasure;
  /** Whether it is asked as a base model, which is its own reference. */
  isBase?: boolean;
  /** Solved rows that show whether the model is better asked in turns or by a text to continue. */
  practice?: readonly Asked[];
}
