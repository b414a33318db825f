import type { Model } from '../models/model.ts';
import { withRandomness } from '../engine/nn/index.ts';
import { backward, noGrad, scope, span } from '../engine/tensor/index.ts';
import type { Batch, Counts, PreparedRow, Reference } from '../answering/tasks/rows/prepared-rows.ts';
import type { LossScale } from './loss-scale.ts';
import type { LossResult, Objective } from './objective.ts';
import { sharePasses } from './shared/share-passes.ts';
import type { Shared } from './shared/shared.ts';
import { inNumbers, type NumberTally } from './tally-sums.ts';
import { randomnessOf } from './step-randomness.ts';
import { Tape, type Checkpointing } from '../models/tape.ts';

export interface PassParts {
  model: Model;
  objective: Objective;
  /** Required by objectives with a reference model. */
  reference?: Reference;
  /** The processes that take turns with micro-batches; undefined for one process. */
  shared?: Shared;
  /** Only for steps in f16. */
  lossScale?: LossScale;
}

export interface PassRequest {
  /** The step's rows in micro-batches. */
  microBatches: readonly (readonly PreparedRow[])[];
  /** Keys random numbers, together with the seed. */
  step: number;
  seed: number;
  checkpointing: Checkpointing;
  totals: Counts;
  add(tally: NumberTally): void;
  /** Wraps the forward and backward of each batch. */
  around?<T>(body: () => T): T;
}

/** `scale`: loss scale, against gradient underflow in f16. */
export function followBack({ perRow }: Pick<LossResult, 'perRow'>, tape: Tape, scale = 1): void {
  span('backward', () => {
    backward([scale === 1 ? perRow.sum() : perRow.sum().mul(scale)]);
    tape.backward();
  });
}

/**
 * Passes over all micro-batches, without gradients if none are needed. Returns each row's share of the loss. Processes
 * that share the run take micro-batches in turns; all get the same losses, tallies and gradients.
 */
export async function passOver(
  parts: PassParts,
  request: PassRequest,
  back: ((result: LossResult, tape: Tape, batch: Batch) => void) | undefined,
): Promise<number[]> {
  const all = await sharePasses({
    name: 'losses',
    shared: parts.shared,
    items: request.microBatches,
    hasGradients: back !== undefined,
    pass: (rows, onStage) => passOne(parts, { ...request, rows, onStage }, back),
  });
  for (const { tally } of all) request.add(tally);
  return all.flatMap(({ perRow }) => perRow);
}

interface MicroBatchResult {
  perRow: number[];
  tally: NumberTally;
}

async function passOne(
  { model, objective, reference }: PassParts,
  request: PassRequest & { rows: readonly PreparedRow[]; onStage: ((stagesLeft: number) => void) | undefined },
  back: ((result: LossResult, tape: Tape, batch: Batch) => void) | undefined,
): Promise<MicroBatchResult> {
  const { rows, totals, checkpointing, onStage, around = (body) => body() } = request;
  const loaded = (await objective.load?.(rows)) ?? rows;
  return scope(() =>
    around(() => {
      const batch = objective.collate(loaded);
      const tape = back === undefined ? undefined : new Tape({ checkpointing, onStage });
      const randomness = randomnessOf(model, batch, request);
      const forward = () => objective.loss(model, batch, { totals, runner: tape, reference });
      const result = span('forward', () =>
        withRandomness(randomness, () => (tape === undefined ? noGrad(forward) : forward())),
      );
      if (tape !== undefined) back?.(result, tape, batch);
      return { perRow: result.perRow.toNumbers(), tally: inNumbers(result.tally) };
    }),
  );
}
