// S texts of a step, D width
import { withRandomness } from '../engine/nn/index.ts';
import { backward, cat, fromArray, noGrad, scope, span, type Tensor } from '../engine/tensor/index.ts';
import type { Batch, Counts, PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import type { JointLoss, Objective } from './objective.ts';
import type { PassParts, PassRequest } from './passes.ts';
import { randomnessOf } from './step-randomness.ts';
import { sharePasses } from './shared/share-passes.ts';
import type { Shared } from './shared/shared.ts';
import { inNumbers, type NumberTally } from './tally-sums.ts';
import { turn } from '../base/turn.ts';
import { Tape } from '../models/tape.ts';

type JointRequest = Omit<PassRequest, 'around'>;

/**
 * Runs a step whose loss depends on all of its vectors together, in micro-batches (GradCache): computes the vectors
 * without a graph, then the loss and its gradient with respect to each vector, then each micro-batch again with its
 * part of that gradient. Dropout is keyed, so both passes see the same model. Returns each row's share of the loss.
 */
export async function jointStep(parts: PassParts, request: JointRequest): Promise<number[]> {
  const { model, objective, reference, shared } = parts;
  const { microBatches, totals } = request;
  const joint = objective.joint as JointLoss;
  const represent = (batch: Batch, tape?: Tape) =>
    withRandomness(randomnessOf(model, batch, request), () =>
      joint.represent(model, batch, { runner: tape, reference }),
    );
  const kept = await vectorsOf(parts, microBatches, represent);
  const { gradients, perRow } = scope(() => {
    const vectors = cat(kept).detach().setRequiresGrad();
    const result = joint.loss(vectors, microBatches.flat(), { model, totals });
    backward([result.perRow.sum().mul(parts.lossScale?.state.scale ?? 1)]);
    request.add(inNumbers(result.tally));
    const split = (vectors.grad as Tensor).split(kept.map(({ shape }) => shape[0]));
    return { gradients: split.map((part) => part.clone().own()), perRow: [...result.perRow.toNumbers()] };
  });
  // Every process has already computed the loss's own gradients; only those of the second passes are summed.
  await sharePasses({
    name: 'second passes',
    shared,
    items: microBatches.map((rows, i) => ({ rows, gradient: gradients[i] })),
    hasGradients: true,
    pass: async ({ rows, gradient }, onStage) => secondPass(await loaded(objective, rows), gradient, onStage),
  });
  for (const tensor of [...kept, ...gradients]) tensor.dispose();
  return perRow;

  function secondPass(rows: readonly PreparedRow[], gradient: Tensor, onStage?: (left: number) => void): void {
    scope(() => {
      const batch = objective.collate(rows);
      const tape = new Tape({ checkpointing: request.checkpointing, onStage });
      const vectors = span('forward', () => represent(batch, tape));
      span('backward', () => {
        backward([vectors], [gradient]);
        tape.backward();
      });
    });
  }
}

/** Loss of rows that are compared with each other, without gradients, in micro-batches. */
export async function jointLoss(
  { model, objective, reference }: Omit<PassParts, 'shared'>,
  microBatches: readonly (readonly PreparedRow[])[],
  totals: Counts,
): Promise<{ perRow: number[]; tally: NumberTally }> {
  const joint = objective.joint as JointLoss;
  const kept = await vectorsOf({ model, objective }, microBatches, (batch) =>
    joint.represent(model, batch, { reference }),
  );
  const found = noGrad(() =>
    scope(() => {
      const { perRow, tally } = joint.loss(cat(kept), microBatches.flat(), { model, totals });
      return { perRow: perRow.toNumbers(), tally: inNumbers(tally) };
    }),
  );
  for (const tensor of kept) tensor.dispose();
  return found;
}

/** One tensor per micro-batch, without a graph; processes that share a step split the work, and each gets all tensors. */
async function vectorsOf(
  { model, objective, shared }: PassParts,
  microBatches: readonly (readonly PreparedRow[])[],
  represent: (batch: Batch) => Tensor,
): Promise<Tensor[]> {
  const representRows = async (rows: readonly PreparedRow[]) => {
    const some = await loaded(objective, rows);
    return noGrad(() => scope(() => represent(objective.collate(some)))).own();
  };
  if (shared?.group !== undefined) return sharedVectors(shared, microBatches, { representRows, device: model.device });
  const kept: Tensor[] = [];
  for (const rows of microBatches) {
    kept.push(await representRows(rows));
    await turn();
  }
  return kept;
}

async function sharedVectors(
  shared: Shared,
  microBatches: readonly (readonly PreparedRow[])[],
  { representRows, device }: { representRows: (rows: readonly PreparedRow[]) => Promise<Tensor>; device: string },
): Promise<Tensor[]> {
  const all = await sharePasses({
    name: 'vectors',
    shared,
    items: microBatches,
    hasGradients: false,
    async pass(rows) {
      using vectors = await representRows(rows);
      const values = scope(() => Float32Array.from(vectors.toNumbers()));
      return { values, shape: vectors.shape, dtype: vectors.dtype };
    },
  });
  return all.map(({ values, shape, dtype }) => scope(() => fromArray(values, shape).to(dtype).toDevice(device)).own());
}

async function loaded(objective: Objective, rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]> {
  return (await objective.load?.(rows)) ?? rows;
}
