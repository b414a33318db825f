import { capitalised, withArticle } from '../../base/articles.ts';
import { AttuneError } from '../../base/errors.ts';
import type { Example, ExampleKind } from '../../data/index.ts';
import type { Task } from '../../models/architecture.ts';
import type { Asked } from '../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction, Predictor } from '../../eval/predictor.ts';
import type { AnswerOptions, Answering } from './answering.ts';
import { answerWithClasses } from './classes.ts';
import { answerWithItems } from './items.ts';
import { answerWithPairs } from './pairs.ts';
import { answerWithPreferences } from './preferences.ts';
import { answerWithSpeech, hears } from './speech.ts';
import { answerWithMasks } from './masked.ts';
import { answerWithDecoder } from './sequences.ts';
import { answerWithSpans } from './spans.ts';
import { answerWithSteps } from './steps.ts';
import { answerWithTags } from './tags.ts';
import { answerWithVectors } from './vectors.ts';
import { answerWithText } from './texts.ts';

type Answer = (
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
) => Promise<Prediction[]>;

/** By what the model's head is for; text, where no other way is named. */
const ways: Partial<Record<Task, Answer>> = {
  sequence: answerWithClasses,
  token: answerWithTags,
  question: answerWithSpans,
  embedding: answerWithVectors,
  contrastive: answerWithPairs,
  'masked-lm': answerWithMasks,
  'next-item': answerWithItems,
  seq2seq: answerWithDecoder,
};

/** Answers rows by what the model's head is for. @throws AttuneError E_WRONG_ROWS where the rows ask for something else */
export function answerAsked(
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  if (hears(opened.model)) return answerWithSpeech(opened, asked, options);
  const { task } = opened.model;
  refuseForeign(task, asked);
  if ((task === 'causal-lm' || task === 'sequence') && asked[0]?.example.kind === 'preference') {
    return answerWithPreferences(opened, asked, options);
  }
  if (task === 'token' && asked[0]?.example.kind === 'stepwise') return answerWithSteps(opened, asked, options);
  return (ways[task] ?? answerWithText)(opened, asked, options);
}

/** Kinds of rows that only some heads can answer, and heads that can answer only some rows. */
const KINDS: Partial<Record<Task, readonly ExampleKind[]>> = {
  token: ['tagged', 'stepwise'],
  question: ['question'],
  embedding: ['pair', 'graded'],
  contrastive: ['image-text'],
  'masked-lm': ['text'],
  'next-item': ['items'],
  seq2seq: ['completion', 'classification', 'prompt', 'question'],
};

function refuseForeign(task: Task, asked: readonly Asked[]): void {
  const kind = asked[0]?.example.kind;
  const wanted = KINDS[task];
  const special: readonly ExampleKind[] = [
    'tagged',
    'stepwise',
    'pair',
    'graded',
    'items',
    'image-text',
    'speech',
    'recording',
  ];
  if (kind === undefined || (wanted === undefined ? !special.includes(kind) : wanted.includes(kind))) return;
  throw new AttuneError('E_WRONG_ROWS', {
    what: `${capitalised(withArticle(task))} model cannot answer ${kind} rows`,
    expected: wanted?.join(', '),
    fix: 'compare on rows of the kind that it was made for',
  });
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
