import type { Example } from '../../data/example.ts';
import type { SystemKind, SystemUsage } from '../../store/results.ts';
import type { PredictOptions, Prediction, Predictor } from '../predictor.ts';

/** A predictor with what a comparison says of it. */
export interface System {
  predictor: Predictor;
  /** For people: "nearest training row". */
  title: string;
  kind: SystemKind;
  note?: string;
}

/** A system's answers to the rows of a comparison, in their order. */
export interface Answered extends Omit<System, 'predictor'> {
  name: string;
  predictions: readonly Prediction[];
  usage?: SystemUsage;
}

/** Lets a system answer all rows and takes the time. */
export async function answerRows(
  system: System,
  examples: readonly Example[],
  options?: PredictOptions,
): Promise<Answered> {
  const { predictor, title, kind, note } = system;
  const start = performance.now();
  const predictions = await predictor.predict(examples, options);
  const secondsPerRow = (performance.now() - start) / 1000 / examples.length;
  return { name: predictor.name, title, kind, note, predictions, usage: { secondsPerRow } };
}
