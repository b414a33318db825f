import type { Example } from '../../data/index.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { openSession } from '../../jobs/worker/index.ts';
import type { PredictChunk, PredictorDescription, PredictRequest } from '../../answering/predict/predict.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import type { TalkOptions } from '../talk.ts';
import { openCheapAnswers } from './cheap-answers.ts';

/** Which model answers, and how it is opened. */
export interface PredictorOptions extends TalkOptions {
  /** A model of conversations is asked with the system message and the tools of all its training rows; default true. */
  trainedDefaults?: boolean;
}

/** Whether the worker stops with signals to this process; it does unless told. */
export interface Signals {
  handleSignals?: boolean;
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

/** Opens what a target stands for. @throws every error of opening it */
export async function openAnsweringModel(options: PredictorOptions, job: Signals = {}): Promise<AnsweringModel> {
  const folder = resultFolder(options.target);
  if (isCheapFolder(folder)) return openCheapAnswers(folder, options);
  const { onEvent = () => undefined, signal, trainedDefaults: _, ...input } = options;
  const session = await openSession({ job: 'predict', input, onEvent, signal, ...job });
  const ask = async (request: PredictRequest): Promise<PredictChunk> => {
    for await (const chunk of session.send<PredictChunk>(request)) return chunk;
    return { predictions: [] };
  };
  const described = await ask({});
  return {
    description: (described as { description: PredictorDescription }).description,
    answer: async (examples, { maxNewTokens, done, total } = {}) => {
      if (examples.length === 0) return [];
      return ((await ask({ examples, maxNewTokens, done, total })) as { predictions: Prediction[] }).predictions;
    },
    close: () => session.close(),
    ended: session.ended,
  };
}
