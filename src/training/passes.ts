import { pushAll } from '../base/many.ts';
import { turn } from '../base/turn.ts';
import type { Model } from '../models/model.ts';
import { withRandomness } from '../engine/nn/index.ts';
import { backward, noGrad, scope, span } from '../engine/tensor/index.ts';
import type { Batch, Counts, PreparedRow, Reference, Tally } from '../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective } from './objective.ts';
import { randomnessOf } from './step-randomness.ts';
import { Tape, type Checkpointing } from '../models/tape.ts';

export interface PassParts {
  model: Model;
  objective: Objective;
  /** Required by objectives with a reference model. */
  reference?: Reference;
}

export interface PassRequest {
  /** The step's rows in micro-batches. */
  microBatches: readonly (readonly PreparedRow[])[];
  /** Keys random numbers, together with the seed. */
  step: number;
  seed: number;
  checkpointing: Checkpointing;
  totals: Counts;
  add(tally: Tally): void;
  /** Discards the results of an earlier attempt at the same pass. */
  forget(): void;
  /** Wraps the forward and backward of each batch. */
  around?<T>(body: () => T): T;
}

export function followBack({ perRow }: Pick<LossResult, 'perRow'>, tape: Tape): void {
  span('backward', () => {
    backward([perRow.sum()]);
    tape.backward();
  });
}

/** Passes over all micro-batches, without gradients if none are needed. Returns each row's share of the loss. */
export async function passOver(
  { model, objective, reference }: PassParts,
  request: PassRequest,
  back: ((result: LossResult, tape: Tape, batch: Batch) => void) | undefined,
): Promise<number[]> {
  const { microBatches, totals, checkpointing, around = (body) => body() } = request;
  const perRow: number[] = [];
  for (const some of microBatches) {
    const loaded = (await objective.load?.(some)) ?? some;
    const pass = () => {
      const batch = objective.collate(loaded);
      const tape = back === undefined ? undefined : new Tape({ checkpointing });
      const randomness = randomnessOf(model, batch, request);
      const forward = () => objective.loss(model, batch, { totals, runner: tape, reference });
      const result = span('forward', () =>
        withRandomness(randomness, () => (tape === undefined ? noGrad(forward) : forward())),
      );
      if (tape !== undefined) back?.(result, tape, batch);
      pushAll(perRow, result.perRow.toNumbers());
      request.add(result.tally);
    };
    scope(() => around(pass));
    await turn();
  }
  return perRow;
}
