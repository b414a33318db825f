// S texts of a step, D width
import { withRandomness } from '../engine/nn/index.ts';
import { backward, cat, noGrad, scope, span, type Tensor } from '../engine/tensor/index.ts';
import type { Batch, Counts, PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import type { JointLoss, Objective } from './objective.ts';
import type { PassParts, PassRequest } from './passes.ts';
import { randomnessOf } from './step-randomness.ts';
import { inNumbers, type NumberTally } from './tally-sums.ts';
import { turn } from '../base/turn.ts';
import { Tape } from '../models/tape.ts';

type JointRequest = Omit<PassRequest, 'forget' | 'around'>;

/**
 * Runs a step whose loss depends on all of its vectors together, in micro-batches (GradCache): computes the vectors
 * without a graph, then the loss and its gradient with respect to each vector, then each micro-batch again with its
 * part of that gradient. Dropout is keyed, so both passes see the same model. Returns each row's share of the loss.
 */
export async function jointStep({ model, objective, reference }: PassParts, request: JointRequest): Promise<number[]> {
  const { microBatches, totals } = request;
  const joint = objective.joint as JointLoss;
  const represent = (batch: Batch, tape?: Tape) =>
    withRandomness(randomnessOf(model, batch, request), () =>
      joint.represent(model, batch, { runner: tape, reference }),
    );
  const kept = await vectorsOf(objective, microBatches, represent);
  const { gradients, perRow } = scope(() => {
    const vectors = cat(kept).detach().setRequiresGrad();
    const result = joint.loss(vectors, microBatches.flat(), { model, totals });
    backward([result.perRow.sum()]);
    request.add(inNumbers(result.tally));
    const parts = (vectors.grad as Tensor).split(kept.map(({ shape }) => shape[0]));
    return { gradients: parts.map((part) => part.clone().own()), perRow: [...result.perRow.toNumbers()] };
  });
  for (const [i, rows] of microBatches.entries()) {
    secondPass(await loaded(objective, rows), gradients[i]);
    await turn();
  }
  for (const tensor of [...kept, ...gradients]) tensor.dispose();
  return perRow;

  function secondPass(rows: readonly PreparedRow[], gradient: Tensor): void {
    scope(() => {
      const batch = objective.collate(rows);
      const tape = new Tape({ checkpointing: request.checkpointing });
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
  { model, objective, reference }: PassParts,
  microBatches: readonly (readonly PreparedRow[])[],
  totals: Counts,
): Promise<{ perRow: number[]; tally: NumberTally }> {
  const joint = objective.joint as JointLoss;
  const kept = await vectorsOf(objective, microBatches, (batch) => joint.represent(model, batch, { reference }));
  const found = noGrad(() =>
    scope(() => {
      const { perRow, tally } = joint.loss(cat(kept), microBatches.flat(), { model, totals });
      return { perRow: perRow.toNumbers(), tally: inNumbers(tally) };
    }),
  );
  for (const tensor of kept) tensor.dispose();
  return found;
}

/** One tensor per micro-batch, without a graph. */
async function vectorsOf(
  objective: Objective,
  microBatches: readonly (readonly PreparedRow[])[],
  represent: (batch: Batch) => Tensor,
): Promise<Tensor[]> {
  const kept: Tensor[] = [];
  for (const rows of microBatches) {
    const some = await loaded(objective, rows);
    kept.push(noGrad(() => scope(() => represent(objective.collate(some)))).own());
    await turn();
  }
  return kept;
}

async function loaded(objective: Objective, rows: readonly PreparedRow[]): Promise<readonly PreparedRow[]> {
  return (await objective.load?.(rows)) ?? rows;
}
