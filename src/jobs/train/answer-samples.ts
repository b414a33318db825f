import { AttuneError } from '../../base/errors.ts';
import type { SampledAnswer } from '../../base/events.ts';
import { answerAsked } from '../../answering/predict/model-predictor.ts';
import { answersKind } from '../../answering/tasks/index.ts';
import { hears } from '../../answering/tasks/answers/speech.ts';
import type { Example, ExampleKind } from '../../data/index.ts';
import { sampledAnswer, sampledRow } from '../../evaluation/compare/choose-samples.ts';
import { sampledRows } from '../../evaluation/compare/sampled-rows.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { labelsIn } from '../../scoring/prompt-text.ts';
import type { EvaluatedAnswer } from '../../training/objective.ts';
import { roomForAnswers } from '../compare/answer-lengths.ts';
import type { RunPlan } from './run-plan.ts';

/** Kinds whose answers are rankings over the asked rows: with three rows, they mean little. */
const RANKED: readonly ExampleKind[] = ['pair', 'image-text'];

type AnswerSamples = () => Promise<readonly SampledAnswer[]>;

/**
 * Answers the same few validation rows with the current weights, as a comparison does. Draws no random numbers, so that
 * the run's bytes do not depend on it. Undefined if there are no rows that the model can answer.
 */
export function answerSamplesOf(plan: RunPlan): AnswerSamples | undefined {
  const { rows, model } = plan.tuned;
  const { recipe, isFollowing, emit, signal } = rows.context;
  const examples = sampledRows(rows.loaded.splits.validation, recipe.evaluation.samples, recipe.training.seed);
  if (isFollowing === true || examples.length === 0) return undefined;
  const { evaluated } = rows.objective.production ?? {};
  if (evaluated !== undefined) return async () => rewardedAnswers(examples, evaluated());
  const asked = examples.map(asPrompt);
  const isAnswered = ({ kind }: Example) => !RANKED.includes(kind) && answersKind(model.task, kind);
  if (!hears(model) && !asked.every(isAnswered)) return undefined;
  let isAble = true;
  return async () => {
    if (!isAble) return [];
    try {
      return answered(examples, await predict(plan, asked));
    } catch (error) {
      if (signal.aborted) return [];
      // Even a bug here must not end a training.
      isAble = false;
      const { message, stack = message } = error as Error;
      const reason = error instanceof AttuneError ? message : stack;
      emit({ type: 'warning-raised', code: 'W_NO_SAMPLES', message: `no samples while training: ${reason}` });
      return [];
    }
  };
}

async function predict({ tuned }: RunPlan, asked: readonly Example[]): Promise<Prediction[]> {
  const { model, rows } = tuned;
  const { base, tokenizer, media, context } = rows;
  const { recipe, signal } = context;
  const { train } = rows.loaded.splits;
  const { max_new_tokens: room } = recipe.evaluation;
  const maxNewTokens = room === 'auto' ? await roomForAnswers(tokenizer, train) : room;
  const opened = { model, tokenizer, media, folder: base, baseFolder: base, reading: recipe.data };
  const rowsAsked = asked.map((example) => ({ example }));
  return answerAsked(opened, rowsAsked, { maxNewTokens, labels: labelsIn(train), signal });
}

/** Pairs of answers are compared elsewhere; here the model writes its own. */
function asPrompt(example: Example): Example {
  if (example.kind !== 'preference') return example;
  const { id, source, group, prompt } = example;
  return { kind: 'prompt', id, source, group, prompt, columns: {} };
}

/** Leaves out rows without an answer. */
function answered(examples: readonly Example[], predictions: readonly Prediction[]): SampledAnswer[] {
  return examples.flatMap((example, row) => {
    const { text: answer, cut } = sampledAnswer(predictions[row]);
    const isSaid = predictions[row].text !== undefined || predictions[row].label !== undefined;
    return isSaid ? [{ ...sampledRow(example), answer, ...(cut && { cut }) }] : [];
  });
}

/** Validation has already answered all prompts to compute their rewards. */
function rewardedAnswers(examples: readonly Example[], evaluated: readonly EvaluatedAnswer[]): SampledAnswer[] {
  const bySource = new Map(evaluated.map((answer) => [placeOf(answer), answer]));
  return examples.flatMap((example) => {
    const answer = bySource.get(placeOf(example));
    if (answer === undefined) return [];
    const { completion, reward } = answer;
    return [{ ...sampledRow(example), answer: completion, ...(reward !== null && { reward }) }];
  });
}

function placeOf({ source: { file, line } }: Pick<Example, 'source'>): string {
  return `${file}:${line}`;
}
