import type { Prediction } from '../../scoring/predictor.ts';
import { isCheapFolder } from '../../answering/baselines/cheap-names.ts';
import { openSession } from '../../jobs/worker/index.ts';
import type { PredictChunk, PredictorDescription, PredictRequest } from '../../answering/predict/predict.ts';
import { resultFolder } from '../../answering/model/result-folder.ts';
import { openCheapAnswers, type PredictorOptions, type AnsweringModel } from './cheap-answers.ts';

/** Whether the worker also handles this process's signals; default true. */
export interface Signals {
  handleSignals?: boolean;
}

/** Opens the model that a target denotes. @throws AttuneError errors of opening */
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
    answer: async (examples, { maxNewTokens, constraint, done, total } = {}) => {
      if (examples.length === 0) return [];
      return ((await ask({ examples, maxNewTokens, constraint, done, total })) as { predictions: Prediction[] })
        .predictions;
    },
    close: () => session.close(),
    ended: session.ended,
  };
}
