import type { Example } from '../data/example.ts';
import type { SystemKind, SystemUsage } from '../store/results.ts';
import type { PredictOptions, Prediction, Predictor, RowUsage } from '../scoring/predictor.ts';
import { withCommands } from './planted-commands.ts';

/** A predictor with its description for comparisons. */
export interface System {
  predictor: Predictor;
  /** For people: "nearest training row". */
  title: string;
  kind: SystemKind;
  /** True for cheap systems, even if one is the trained result. */
  isCheap?: boolean;
  /** Whether it was tuned from a pre-trained encoder, which knows words beyond the training rows. */
  knowsWords?: boolean;
  note?: string;
}

/** A system's answers to the rows of a comparison, in order. */
export interface Answered extends Omit<System, 'predictor'> {
  name: string;
  predictions: readonly Prediction[];
  usage?: SystemUsage;
}

/** Answers all rows with a system and measures the time. */
export async function answerRows(
  system: System,
  examples: readonly Example[],
  options?: PredictOptions,
): Promise<Answered> {
  const { predictor, title, kind, isCheap, knowsWords, note } = system;
  const start = performance.now();
  const answers = await predictor.predict(examples, options);
  const seconds = (performance.now() - start) / 1000;
  // Endpoints may charge for each request.
  const predictions =
    kind === 'endpoint' ? answers : await withCommands(predictor, { examples, predictions: answers }, options);
  const notes = [note, predictor.note].filter((one) => one !== undefined);
  const told = notes.length === 0 ? undefined : notes.join('; ');
  const usage = usageOf(predictions, seconds);
  return { name: predictor.name, title, kind, isCheap, knowsWords, note: told, predictions, usage };
}

/** Usage per row. Time is that of the rows themselves if known, otherwise the total divided evenly. */
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
