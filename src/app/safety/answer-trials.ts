import { openSession } from '../../worker/index.ts';
import type { ModelAnswer, ModelQuestion } from '../../jobs/generate/model-questions.ts';
import { talkerOf, type Talker } from '../talk.ts';
import type { SafetyOptions } from './safety.ts';
import type { Trial } from './trial.ts';

export interface AskedModel {
  /** For people. */
  name: string;
  target: string;
  isBase?: boolean;
}

/** By trial, and by its rows: the answers to each. */
export type TrialAnswers = readonly (readonly (readonly string[])[])[];

type Opening = Pick<SafetyOptions, 'precision' | 'onEvent' | 'signal'>;

function open({ target, isBase }: Pick<AskedModel, 'target' | 'isBase'>, options: Opening) {
  const { precision, onEvent = () => undefined, signal } = options;
  return openSession({ job: 'generate', input: { target, base: isBase, precision }, onEvent, signal });
}

/** Whether a model that was not tuned here has a chat template. */
export async function asksInTurns(target: string, options: Opening): Promise<boolean> {
  const session = await open({ target }, options);
  try {
    const question: ModelQuestion = { ask: 'description' };
    for await (const reply of session.send<ModelAnswer>(question)) {
      if ('description' in reply) return Object.hasOwn(reply.description.templates, 'default');
    }
    return false;
  } finally {
    await session.close();
  }
}

/** Opens a model to be asked. */
export async function openAsked(model: AskedModel, options: Opening): Promise<Talker> {
  return talkerOf(await open(model, options), model.target);
}

/** Opens a model, asks everything, and closes it. */
export async function answerTrials(
  model: AskedModel,
  trials: readonly Trial[],
  options: Opening,
): Promise<TrialAnswers> {
  const { onEvent, signal } = options;
  const talker = await openAsked(model, options);
  const total = trials.reduce((sum, { rows }) => sum + rows.length, 0);
  onEvent?.({ type: 'phase-started', phase: 'evaluate', message: `asking ${model.name}` });
  let done = 0;
  const onAnswer = () => {
    onEvent?.({ type: 'work-advanced', phase: 'evaluate', done: ++done, total, unit: 'answers' });
  };
  const ask = async ({ rows, sampling }: Trial): Promise<string[][]> => {
    const n = sampling.n ?? 1;
    const watch = { onAnswer, signal };
    if (rows.some(({ constraint }) => constraint !== undefined)) {
      const each = rows.map(({ ask: prompt, constraint }) =>
        talker.answer([prompt], { ...sampling, constraint }, watch),
      );
      return (await Promise.all(each)).map((answers) => answers.map(({ text }) => text));
    }
    const prompts = rows.map(({ ask: prompt }) => prompt);
    const texts = (await talker.answer(prompts, sampling, watch)).map(({ text }) => text);
    return rows.map((_, row) => texts.slice(row * n, (row + 1) * n));
  };
  try {
    const answers: string[][][] = [];
    for (const trial of trials) answers.push(await ask(trial));
    return answers;
  } finally {
    await talker.close();
  }
}
