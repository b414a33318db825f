import type { LoadedData } from '../../../data/index.ts';
import type { KeptBaseline, LearntState } from '../../../answering/baselines/kept.ts';
import { sampledRows } from '../../../evaluation/compare/sampled-rows.ts';
import { availableBytes, freeDiskBytes, peakBytes } from '../../../answering/model/resources.ts';
import { fitKept } from './fit-cheap-model.ts';
import type { TrainPlan } from '../train-job.ts';

/** Number of rows that a plan is measured on: enough to extrapolate. */
const MEASURED_ROWS = 1000;

/** Plan for a cheap system, extrapolated from a part of the rows, since time and disk space grow with them. */
export async function planCheap(
  baseline: KeptBaseline,
  { splits }: Pick<LoadedData, 'splits'>,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<TrainPlan> {
  const { train, validation, test } = splits;
  const part = sampledRows(train, MEASURED_ROWS, 0);
  const available = availableBytes() + peakBytes();
  const began = performance.now();
  const { state } = await fitKept(baseline, part, signal);
  const share = train.length / Math.max(1, part.length);
  return {
    rows: { train: train.length, validation: validation.length, test: test.length },
    tokens: { input: 0, loss: 0 },
    steps: 0,
    secondsPerStep: 0,
    seconds: (share * (performance.now() - began)) / 1000,
    memory: { peakBytes: peakBytes(), availableBytes: available },
    disk: { bytes: Math.ceil(share * stateBytes(state)), freeBytes: freeDiskBytes(folder) },
  };
}

function stateBytes({ values, arrays }: LearntState): number {
  const numbers = Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
  return numbers + Buffer.byteLength(JSON.stringify(values));
}
