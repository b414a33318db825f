import type { EventSink } from '../../base/events.ts';
import type { Example } from '../../data/index.ts';
import type { Prediction } from '../../eval/predictor.ts';
import type { StorageName } from '../../methods/storage/index.ts';
import { openSession } from '../../worker/index.ts';
import type { PredictChunk, PredictorDescription, PredictRequest } from '../../worker/jobs/predict.ts';

export interface PredictorOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  /** The base model without its adapter. */
  base?: boolean;
  precision?: 'auto' | 'bf16' | 'f32';
  /** `int8_forward` answers faster, by weights and inputs of linear layers that are rounded to 254 steps. */
  storage?: StorageName;
  onEvent?: EventSink;
  signal?: AbortSignal;
}

/** What answers examples until it is closed: a model in the worker, or whatever else can. */
export interface AnsweringModel {
  readonly description: PredictorDescription;
  /** One prediction for each example, in their order. */
  answer(examples: readonly Example[], maxNewTokens?: number): Promise<Prediction[]>;
  close(): Promise<void>;
}

/** Opens what a target stands for. @throws every error of opening it */
export async function openAnsweringModel(options: PredictorOptions): Promise<AnsweringModel> {
  const { onEvent = () => undefined, signal, ...input } = options;
  const session = await openSession({ job: 'predict', input, onEvent, signal });
  const ask = async (request: PredictRequest): Promise<PredictChunk> => {
    for await (const chunk of session.send<PredictChunk>(request)) return chunk;
    return { predictions: [] };
  };
  const described = await ask({});
  return {
    description: (described as { description: PredictorDescription }).description,
    answer: async (examples, maxNewTokens) => {
      if (examples.length === 0) return [];
      return ((await ask({ examples, maxNewTokens })) as { predictions: Prediction[] }).predictions;
    },
    close: () => session.close(),
  };
}
