import { AttuneError } from '../../base/errors.ts';
import { kindOf } from '../../data/kinds/index.ts';
import { openCheapModel, type CheapModel } from '../../evaluation/cheap-model.ts';
import { baselines } from '../../answering/baselines/index.ts';
import { splitLabels } from '../../scoring/prompt-text.ts';
import type { Prediction, Predictor } from '../../scoring/predictor.ts';
import type { AnswerKind } from '../../answering/tasks/define.ts';
import { notedShapes } from '../../answering/model/noted-shapes.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import type { ConstraintSpec } from '../../answering/decoding/index.ts';
import type { Example } from '../../data/index.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';
import type { TalkOptions } from '../talk.ts';

/** Target and options of opening it. */
export interface PredictorOptions extends TalkOptions {
  /** Whether chat models are prompted with the system message and tools of their training rows; default true. */
  trainedDefaults?: boolean;
}

export interface AnswerOptions {
  /** Maximum length of generated answers in tokens. Default 256. */
  maxNewTokens?: number;
  /** Form of generated answers. */
  constraint?: ConstraintSpec;
  /** Number of rows answered before, and total number of rows; progress is reported only if given. */
  done?: number;
  total?: number;
}

/** Answers examples until it is closed: a model in the worker, or a cheap system. */
export interface AnsweringModel {
  readonly description: PredictorDescription;
  /** Returns one prediction per example, in order. */
  answer(examples: readonly Example[], options?: AnswerOptions): Promise<Prediction[]>;
  close(): Promise<void>;
  /** For models in their own process: rejects if the process ends before it is closed. */
  readonly ended?: Promise<unknown>;
}

/** Opens a cheap system, which runs in this process: it needs neither a worker nor libtorch. @throws AttuneError E_OPTION_IDLE */
export async function openCheapAnswers(folder: string, options: PredictorOptions): Promise<AnsweringModel> {
  refuseIdle(options);
  const { about, predictor } = await openCheapModel(folder);
  return answersOf({ about, predictor, notes: folder }, options);
}

/** A cheap system with its metadata. */
export interface CheapAnswers {
  about: Pick<CheapModel, 'baseline' | 'kind' | 'labels' | 'label_thresholds'>;
  predictor: Predictor;
  /** Folder with the notes on the format of rows. */
  notes: string;
}

/** A cheap system that predicts for rows. */
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

/** Adapts predictions of systems that copy an answer, which is always a plain text. */
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
