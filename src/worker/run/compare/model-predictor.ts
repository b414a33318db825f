import type { Example } from '../../../data/index.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction, Predictor } from '../../../eval/predictor.ts';
import type { OpenedModel } from '../open-model.ts';
import { answerWithClasses } from './classes.ts';
import { answerWithText } from './texts.ts';

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

/** Answers rows by what the model's head is for. */
export function answerAsked(
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  return opened.model.task === 'sequence'
    ? answerWithClasses(opened, asked, options)
    : answerWithText(opened, asked, options);
}

/** An opened model as a predictor; `ask` says what each row is asked with. */
export function modelPredictor(
  name: string,
  opened: Answering,
  { ask, ...options }: AnswerOptions & { ask: (example: Example) => Asked },
): Predictor {
  return {
    name,
    predict: (examples, predictOptions) => answerAsked(opened, examples.map(ask), { ...options, ...predictOptions }),
  };
}
