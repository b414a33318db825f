import { recordAssessment } from './record-assessment.ts';
import { AttuneError } from '../../../base/errors.ts';
import type { EventSink } from '../../../base/events.ts';
import type { Example } from '../../../data/index.ts';
import { measureForgetting, type GeneralAnswers } from '../../../evaluation/general/general-forgetting.ts';
import { readGeneralSet, type GeneralSet } from '../../../evaluation/general/general-set.ts';
import type { Likelihood } from '../../../scoring/predictor.ts';
import type { Task } from '../../../models/architecture.ts';
import type { Forgetting, GeneralMeasure } from '../../../evaluation/assessments/forgetting.ts';
import type { Recipe } from '../../../training/recipe/recipe.ts';
import { likelihoods, type Likely } from '../../../answering/tasks/answers/likelihoods.ts';
import { OpenModels } from '../../compare/open-models.ts';
import type { OpenedModel } from '../../../answering/model/open-model.ts';
import type { FinishedRun } from '../run-context.ts';

interface ForgettingContext {
  emit: EventSink;
  signal: AbortSignal;
  seed: number;
}

/** Measures a result's forgetting if its recipe asks for it. If the measurement fails, a limit counts as exceeded. */
export async function recordForgetting(run: FinishedRun, result: string): Promise<void> {
  const { recipe, emit, signal } = run.context;
  if (!wantsForgetting(recipe)) return;
  await recordAssessment(run, 'forgetting', {
    result,
    question: 'forgetting',
    measure: () => measureForgettingOf(result, { emit, signal, seed: recipe.training.seed }),
    report: ({ measures }) => emit({ type: 'forgetting-measured', measures: measures.map(told) }),
  });
}

function wantsForgetting({ evaluation }: Recipe): boolean {
  return evaluation.general || evaluation.max_forgetting !== null;
}

/**
 * @throws AttuneError E_GENERAL_SET if forgetting or overfitting should be measured for a model that does not generate
 * text
 */
export function checkGeneralSet(recipe: Recipe, task: Task): void {
  const isWanted = wantsForgetting(recipe) || recipe.evaluation.overfitting;
  if (!isWanted || task === 'causal-lm') return;
  throw new AttuneError('E_GENERAL_SET', {
    what: 'Forgetting and memorisation can only be measured for language models',
    got: `a model for the task ${task}`,
    fix: 'remove evaluation.general, max_forgetting and overfitting',
  });
}

function told({ title, before, after, loss, low, high, verdict }: GeneralMeasure) {
  return { title, before, after, loss, low, high, verdict };
}

/** Compares a result with its base on the general set. */
async function measureForgettingOf(result: string, context: ForgettingContext): Promise<Forgetting> {
  const { emit, signal, seed } = context;
  const set = readGeneralSet();
  using models = new OpenModels();
  const answers: GeneralAnswers[] = [];
  for (const base of [true, false]) {
    signal.throwIfAborted();
    const message = `reading the general set with the ${base ? 'base' : 'tuned'} model`;
    emit({ type: 'phase-started', phase: 'evaluate', message });
    answers.push(await readSet(await models.open(result, base), set));
  }
  const [before, after] = answers;
  return measureForgetting(set, { before, after }, { seed });
}

async function readSet(model: OpenedModel, { passages, questions }: GeneralSet): Promise<GeneralAnswers> {
  const texts = await known(model, passages);
  const choices = await known(
    model,
    questions.flatMap((question) => question.choices),
  );
  let next = 0;
  const byQuestion = questions.map(({ choices: { length } }) => choices.slice(next, (next += length)));
  return { passages: texts, questions: byQuestion };
}

async function known(model: OpenedModel, examples: readonly Example[]): Promise<Likelihood[]> {
  const found = await likelihoods(model, examples);
  return found.map((likely: Likely, row) => {
    if (typeof likely === 'object') return likely;
    throw new AttuneError('E_GENERAL_SET', {
      what: 'The model cannot read the general set',
      got: `${examples[row].id} exceeds the model's context length`,
      fix: 'set evaluation.general: false',
    });
  });
}
