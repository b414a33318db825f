import { openSession } from '../../jobs/worker/index.ts';
import type { ModelAnswer, ModelQuestion } from '../../answering/generate/model-questions.ts';
import { talkerOf, type Prompt, type Sampling, type Talker } from '../talk.ts';
import type { useCase } from '../use-cases/safety.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

export type SafetyOptions = CallOptions<typeof useCase> & {
  /** In f32, an answer does not depend on the others in its batch. */
  precision?: 'auto' | 'bf16' | 'f32';
};

export interface AskedModel {
  /** Display name. */
  name: string;
  target: string;
  isBase?: boolean;
}

/** Prompts of one request; some may constrain the answer's form. */
export interface Questions {
  rows: readonly { ask: Prompt; constraint?: Sampling['constraint'] }[];
  sampling: Sampling;
}

/** Answers by list of questions, row and sample. */
export type TrialAnswers = readonly (readonly (readonly string[])[])[];

type Opening = Pick<SafetyOptions, 'precision' | 'onEvent' | 'signal'>;

/** A loaded model that can be queried. */
export interface OpenedModel extends Talker {
  name: string;
  /** Whether it has a chat template. */
  hasTemplate(): Promise<boolean>;
}

/** Opens a model for the duration of `work`. */
export async function withModel<Result>(
  { name, target, isBase }: AskedModel,
  { precision, onEvent = () => undefined, signal }: Opening,
  use: (model: OpenedModel) => Promise<Result>,
): Promise<Result> {
  const session = await openSession({ job: 'generate', input: { target, base: isBase, precision }, onEvent, signal });
  const talker = talkerOf(session, target);
  const hasTemplate = async (): Promise<boolean> => {
    const question: ModelQuestion = { ask: 'description' };
    for await (const reply of session.send<ModelAnswer>(question)) {
      if ('description' in reply) return Object.hasOwn(reply.description.templates, 'default');
    }
    return false;
  };
  try {
    return await use({ ...talker, name, hasTemplate });
  } finally {
    await talker.close();
  }
}

/** Sends all questions, one list after the other. */
export async function askAll(
  model: OpenedModel,
  lists: readonly Questions[],
  { onEvent, signal }: Opening,
): Promise<TrialAnswers> {
  const total = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  onEvent?.({ type: 'phase-started', phase: 'evaluate', message: `asking ${model.name}` });
  let done = 0;
  const onAnswer = () => {
    onEvent?.({ type: 'work-advanced', phase: 'evaluate', done: ++done, total, unit: 'answers' });
  };
  const ask = async ({ rows, sampling }: Questions): Promise<string[][]> => {
    const n = sampling.n ?? 1;
    const watch = { onAnswer, signal };
    if (rows.some(({ constraint }) => constraint !== undefined)) {
      const each = rows.map(({ ask: prompt, constraint }) =>
        model.answer([prompt], { ...sampling, constraint }, watch),
      );
      return (await Promise.all(each)).map((answers) => answers.map(({ text }) => text));
    }
    const prompts = rows.map(({ ask: prompt }) => prompt);
    const texts = (await model.answer(prompts, sampling, watch)).map(({ text }) => text);
    return rows.map((_, row) => texts.slice(row * n, (row + 1) * n));
  };
  const answers: string[][][] = [];
  for (const list of lists) answers.push(await ask(list));
  return answers;
}
