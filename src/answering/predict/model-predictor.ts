import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Asked } from '../../scoring/asked.ts';
import type { Asker } from '../prompting/asker.ts';
import type { PredictOptions, Prediction, Predictor } from '../../scoring/predictor.ts';
import type { Task } from '../../models/architecture.ts';
import type { AnswerOptions } from '../tasks/answers/answering.ts';
import { answerWithSpeech, hears } from '../tasks/answers/speech.ts';
import { answerWithText } from '../tasks/answers/texts.ts';
import { answersKind, tasks } from '../tasks/index.ts';
import type { OpenedModel } from '../model/open-model.ts';
import { pairJudging } from '../model/pair-judging.ts';

/**
 * Answers rows with the model's head. @throws AttuneError E_WRONG_ROWS for rows of a kind that its task cannot answer
 */
export async function answerAsked(
  opened: OpenedModel,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  if (hears(opened.model)) return answerWithSpeech(opened, asked, options);
  const { task } = opened.model;
  refuseForeign(task, asked);
  const answer = (await tasks[task].answering?.(asked[0]?.example.kind)) ?? answerWithText;
  return answer({ ...opened, pairs: pairJudging(opened) }, asked, options);
}

function refuseForeign(task: Task, asked: readonly Asked[]): void {
  const kind = asked.find(({ example }) => !answersKind(task, example.kind))?.example.kind;
  if (kind === undefined) return;
  throw new AttuneError('E_WRONG_ROWS', {
    what: `${capitalised(withArticle(task))} model cannot answer ${kind} rows`,
    expected: tasks[task].answers?.join(', '),
    fix: 'compare on rows of the kind the model was trained for',
  });
}

/** An opened model as a predictor; `ask` builds the rows' prompts. */
export function modelPredictor(
  name: string,
  opened: OpenedModel,
  { ask, ...options }: AnswerOptions & Pick<Asker, 'ask'>,
): Predictor {
  return {
    name,
    predict: async (examples, predictOptions) =>
      answerAsked(opened, await ask(examples), { ...options, ...predictOptions }),
  };
}
