import type { Example } from '../../../data/index.ts';
import type { Asked } from '../../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction, Predictor } from '../../../eval/predictor.ts';
import type { AnswerOptions, Answering } from './answering.ts';
import { answerWithClasses } from './classes.ts';
import { answerWithSpeech, hears } from './speech.ts';
import { answerWithText } from './texts.ts';

/** Answers rows by what the model's head is for. */
export function answerAsked(
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  if (hears(opened.model)) return answerWithSpeech(opened, asked, options);
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
