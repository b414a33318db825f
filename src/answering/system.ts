import type { Example } from '../data/example.ts';
import type { SystemKind, SystemUsage } from '../store/results.ts';
import type { PredictOptions, Prediction, Predictor, RowUsage } from '../scoring/predictor.ts';

/** A predictor with what a comparison says of it. */
export interface System {
  predictor: Predictor;
  /** For people: "nearest training row". */
  title: string;
  kind: SystemKind;
  /** Also where it is what was trained. */
  isCheap?: boolean;
  /** Was tuned from an encoder that knows more words than the rows have. */
  knowsWords?: boolean;
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
  const { predictor, title, kind, isCheap, knowsWords, note } = system;
  const start = performance.now();
  const predictions = await predictor.predict(examples, options);
  const seconds = (performance.now() - start) / 1000;
  const notes = [note, predictor.note].filter((one) => one !== undefined);
  const told = notes.length === 0 ? undefined : notes.join('; ');
  const usage = usageOf(predictions, seconds);
  return { name: predictor.name, title, kind, isCheap, knowsWords, note: told, predictions, usage };
}

/** Seconds from the whole, so that rows answered together count as they were; the rows' own where these are known. */
function usageOf(predictions: readonly Prediction[], seconds: number): SystemUsage {
  const total = (key: keyof RowUsage): number | undefined =>
    predictions.every(({ usage }) => usage?.[key] !== undefined)
      ? predictions.reduce((sum, { usage }) => sum + (usage?.[key] ?? 0), 0)
      : undefined;
  const rows = predictions.length;
  const cost = total('cost');
  return {
    secondsPerRow: (total('seconds') ?? seconds) / rows,
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    costPer1000: cost === undefined ? undefined : (1000 * cost) / rows,
  };
}
