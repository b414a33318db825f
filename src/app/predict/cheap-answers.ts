import { AttuneError } from '../../base/errors.ts';
import { kindOf } from '../../data/kinds/index.ts';
import { openCheapModel, type CheapModel } from '../../evaluation/cheap-model.ts';
import { baselines } from '../../answering/baselines/index.ts';
import { splitLabels } from '../../scoring/prompt-text.ts';
import type { Prediction, Predictor } from '../../scoring/predictor.ts';
import type { AnswerKind } from '../../answering/tasks/define.ts';
import { notedShapes } from '../../answering/model/noted-shapes.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import type { Example } from '../../data/index.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';
import type { TalkOptions } from '../talk.ts';

/** Which model answers, and how it is opened. */
export interface PredictorOptions extends TalkOptions {
  /** A model of conversations is asked with the system message and the tools of all its training rows; default true. */
  trainedDefaults?: boolean;
}

export interface AnswerOptions {
  /** Longest answer of a model that writes, in tokens. Default 256. */
  maxNewTokens?: number;
  /** Rows that were answered before, and rows in all, for progress; without them there is none. */
  done?: number;
  total?: number;
}

/** Answers examples until it is closed: a model in the worker, or a cheap system. */
export interface AnsweringModel {
  readonly description: PredictorDescription;
  /** One prediction for each example, in their order. */
  answer(examples: readonly Example[], options?: AnswerOptions): Promise<Prediction[]>;
  close(): Promise<void>;
  /** For models with a process of their own: rejects if the process ends before it was closed. */
  readonly ended?: Promise<unknown>;
}

/** A cheap system answers in this process: it needs neither a worker nor libtorch. @throws AttuneError E_OPTION_IDLE */
export async function openCheapAnswers(folder: string, options: PredictorOptions): Promise<AnsweringModel> {
  refuseIdle(options);
  const { about, predictor } = await openCheapModel(folder);
  return answersOf({ about, predictor, notes: folder }, options);
}

/** A cheap system, and what is known of it. */
export interface CheapAnswers {
  about: Pick<CheapModel, 'baseline' | 'kind' | 'labels' | 'label_thresholds'>;
  predictor: Predictor;
  /** The folder whose notes say how rows are laid out. */
  notes: string;
}

/** A cheap system as it answers rows. */
export async function answersOf(
  { about, predictor, notes }: CheapAnswers,
  options: Pick<PredictorOptions, 'signal' | 'onEvent'>,
): Promise<AnsweringModel> {
  const { answerName: answers = 'text' } = kindOf(about);
  const { reads = ['text'] } = await baselines.load(about.baseline);
  const [media] = reads.filter((kind) => kind !== 'text');
  return {
    description: {
      task: 'sequence',
      answers,
      labels: about.labels,
      thresholds: about.label_thresholds,
      isChat: about.kind === 'chat',
      media,
      shapes: notedShapes(readNotes(notes)),
    },
    async answer(examples, { done, total } = {}) {
      const predictions = await predictor.predict(examples, { signal: options.signal });
      const told = done === undefined ? undefined : done + examples.length;
      if (told !== undefined)
        options.onEvent?.({ type: 'work-advanced', phase: 'generate', done: told, total, unit: 'rows' });
      return predictions.map((prediction) => named(prediction, answers));
    },
    close: () => Promise.resolve(),
  };
}

/** A system that copies an answer has it as a text alone. */
function named(prediction: Prediction, answers: AnswerKind): Prediction {
  const { text = '', label = text.trim(), labels = splitLabels(text) } = prediction;
  if (answers === 'label') return { ...prediction, label };
  return answers === 'labels' ? { ...prediction, labels } : prediction;
}

function refuseIdle({ target, base, precision, storage }: PredictorOptions): void {
  const given = {
    base: base === true,
    precision: precision !== undefined && precision !== 'auto',
    storage: storage !== undefined && storage !== 'dense',
  };
  const problems = Object.entries(given)
    .filter(([, isGiven]) => isGiven)
    .map(([field]) => ({ field, message: 'applies to weights, which a cheap system does not have' }));
  if (problems.length === 0) return;
  throw new AttuneError('E_OPTION_IDLE', {
    what: `These options do not apply to ${target}`,
    problems,
    fix: 'remove it',
  });
}
