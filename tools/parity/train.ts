import { withRandomness } from '../../src/engine/nn/index.ts';
import type { Model } from '../../src/models/model.ts';
import { noGrad, scope, type SafetensorsFile, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Batch, PreparedRow } from '../../src/answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../src/training/objective.ts';
import type { StepOptions, StepPlan, Tuning, Update } from '../../src/methods/interfaces.ts';
import { trainStep } from '../../src/training/train-step.ts';
import { inputOf, type Tensors } from './input.ts';
import { lossOf } from './loss.ts';

/** For updates that do not depend on the run. */
export const ONE_ROW: StepPlan = { rows: 1, batchSize: 1, steps: 1, secret: 0 };

export interface Parts {
  model: Model;
  tuning: Tuning;
  update: Update;
}

/**
 * Losses of a few steps on one batch, each before its update, and one after the last update; gradients of the first
 * step.
 */
export async function trainOnBatch(
  parts: Parts,
  file: SafetensorsFile,
  request: { steps: number; options: StepOptions },
): Promise<{ losses: number[]; gradNorms: number[]; gradients: Map<string, Tensor> }> {
  const { model } = parts;
  const batch = new Map(file.names.map((name) => [name, file.get(name)]));
  const objective = objectiveOf(model, batch);
  const gradients = new Map<string, Tensor>();
  const losses: number[] = [];
  const gradNorms: number[] = [];
  for (let step = 0; step <= request.steps; step++) {
    const update = step === 0 ? recording(parts, gradients) : parts.update;
    const microBatches = [objective.rows];
    // The last step only computes the loss: a rate of 0 changes nothing.
    const options = step < request.steps ? request.options : { ...request.options, learningRate: 0 };
    const penalty = noGrad(() => scope(() => parts.tuning.penalty?.().item() ?? 0));
    const result = await trainStep(
      { model, objective, update },
      { microBatches, step, seed: 0, checkpointing: step % 2 === 0, options },
    );
    losses.push(result.loss + penalty);
    gradNorms.push(result.gradNorm);
  }
  for (const tensor of batch.values()) tensor.dispose();
  return { losses, gradNorms, gradients };
}

/** Backward passes of one row after another; `use` takes the gradients from the weights. @returns losses of the rows */
export async function rowGradients(model: Model, file: SafetensorsFile, use: () => void): Promise<number[]> {
  const batch = new Map(file.names.map((name) => [name, file.get(name)]));
  const [rows] = batch.values().next().value!.shape;
  const update: Update = { step: () => (use(), 0), state: () => new Map(), load: () => undefined };
  const options = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
  const losses: number[] = [];
  for (let row = 0; row < rows; row++) {
    const alone = new Map([...batch].map(([name, tensor]) => [name, tensor.narrow(0, row, 1)]));
    const objective = objectiveOf(model, alone);
    const request = { microBatches: [objective.rows], step: 0, seed: 0, checkpointing: false, options } as const;
    losses.push((await trainStep({ model, objective, update }, request)).loss);
  }
  return losses;
}

/** An update that copies the gradients passed to it. */
function recording({ update, tuning }: Parts, gradients: Map<string, Tensor>): Update {
  return {
    step(options) {
      for (const { name, parameter } of tuning.trainables) {
        const gradient = parameter.tensor.grad;
        if (gradient !== undefined) gradients.set(name, gradient.clone().own());
        gradient?.dispose();
      }
      return update.step(options);
    },
    state: () => update.state(),
    load: (state) => update.load(state),
  };
}

/** The reference's batch and loss as an objective, so that the real training step runs on them. */
function objectiveOf(model: Model, tensors: Tensors): Objective & { rows: readonly PreparedRow[] } {
  const labels = tensors.get('labels');
  if (labels === undefined) throw new Error('train_batch.safetensors has no labels');
  const parity = inputOf(model, tensors);
  const { offsets, rowOf } = parity.tokens.layout;
  const rows = rowOf.map((row): PreparedRow => {
    const length = offsets[row + 1] - offsets[row];
    const source = { file: 'train_batch.safetensors', line: row + 1 };
    return { id: `row ${row}`, ids: new Int32Array(length), trained: new Uint8Array(length), source };
  });
  return {
    rows,
    task: model.task,
    accepts: [],
    separable: true,
    unit: 'rows',
    prepare: async () => ({ rows: [...rows], problems: [] }),
    collate: (): Batch => ({ input: parity.input, rows }),
    counts: () => ({ rows: rows.length }),
    // The reference trained without dropout, whatever its configuration says.
    loss: (_model, batch, { runner }) =>
      withRandomness(undefined, () => {
        const aside: Tensor[] = [];
        const hidden = model.hidden(batch.input, { runner, aside });
        const loss = lossOf(model, { hidden, aside }, parity, labels);
        return { perRow: loss.div(rows.length).expand(rows.length), tally: {} };
      }),
  };
}
