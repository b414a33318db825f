import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../src/methods/tunings/index.ts';
import { updates } from '../../src/training/optimizers/index.ts';
import { loadModel } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { SafetensorsFile, scope, type DType } from '../../src/engine/tensor/index.ts';
import type { Tuning } from '../../src/methods/interfaces.ts';
import { adapterTensors, compareGradients, compareWeights } from './adapter.ts';
import type { FolderReport } from './report.ts';
import { ONE_ROW, trainOnBatch } from './train.ts';

/** train.json: the reference's measurements during training. */
interface TrainFile {
  optimizer: { betas: [number, number]; eps: number; weight_decay: number };
  lora?: ReferenceCurve;
  full?: ReferenceCurve;
}

interface ReferenceCurve {
  lr: number;
  losses: number[];
  loss_after: number;
}

interface Run {
  method: 'lora' | 'full';
  dtype: DType;
  optimizer: TrainFile['optimizer'];
  reference: ReferenceCurve;
}

/**
 * Relative tolerances for the first step and the last. In between the tolerance grows by a constant factor per step, as
 * rounding error does.
 */
const TOLERANCE = { first: 1e-4, last: 1e-3 };
/** In bf16, for every step: relative to the loss, or to the curve's mean where the loss is below it. */
const BF16_TOLERANCE = 0.01;

/** Trains as the reference did, in f32 and in bf16, and compares losses, first gradients and final weights. */
export async function compareCurves(folder: string, report: FolderReport): Promise<void> {
  const { optimizer, ...methods } = readJson<TrainFile>(join(folder, 'train.json'));
  for (const method of ['lora', 'full'] as const) {
    const reference = methods[method];
    if (reference === undefined) continue;
    for (const dtype of ['f32', 'bf16'] as const) {
      const name = dtype === 'f32' ? method : `${method}.bf16`;
      try {
        const losses = await train(folder, { method, dtype, optimizer, reference }, report);
        addCurve(report, name, losses, { reference, dtype });
      } catch (error) {
        report.problems.push(`${name}: ${(error as Error).message}`);
      }
    }
  }
}

async function train(folder: string, run: Run, report: FolderReport): Promise<number[]> {
  const { model } = await loadModel(folder, { dtype: 'f32' });
  model.dtype = run.dtype;
  const tuning = await tune(folder, model, run.method);
  const { betas, eps, weight_decay: weightDecay } = run.optimizer;
  const method = await updates.load('adamw');
  const update = await method.create(tuning.trainables, { beta1: betas[0], beta2: betas[1], epsilon: eps }, ONE_ROW);
  using file = new SafetensorsFile(join(folder, 'train_batch.safetensors'));
  const result = await trainOnBatch({ model, update, tuning }, file, {
    steps: run.reference.losses.length,
    options: { step: 0, learningRate: run.reference.lr, weightDecay, maxGradNorm: 0 },
  });
  if (run.method === 'lora' && run.dtype === 'f32') {
    compareGradients(folder, result.gradients, report);
    compareWeights(folder, tuning.state(), report);
  }
  for (const gradient of result.gradients.values()) gradient.dispose();
  model.dispose();
  return result.losses;
}

async function tune(folder: string, model: Model, name: Run['method']): Promise<Tuning> {
  const method = await tunings.load(name);
  if (name === 'full') return method.create(model, {}, { seed: 0 });
  const { options } = await readAdapterConfig(join(folder, 'lora'));
  const tuning = await method.create(model, options, { seed: 0 });
  using start = new SafetensorsFile(join(folder, 'lora', 'lora_init.safetensors'));
  scope(() => tuning.load(adapterTensors(start)));
  return tuning;
}

export function addCurve(
  report: FolderReport,
  name: string,
  losses: readonly number[],
  { reference, dtype }: { reference: Pick<ReferenceCurve, 'losses' | 'loss_after'>; dtype: DType },
): void {
  const expected = [...reference.losses, reference.loss_after];
  const mean = expected.reduce((sum, loss) => sum + loss, 0) / expected.length;
  const isWide = dtype === 'f32';
  const errors = expected.map((loss, step) => {
    // A loss near zero is exp(-margin): rounding the weights to bf16 alone changes it by some per cent.
    const scale = isWide ? Math.abs(loss) : Math.max(Math.abs(loss), Math.abs(mean));
    return Math.abs(losses[step] - loss) / scale;
  });
  const maxRel = errors.some((error) => Number.isNaN(error)) ? null : Math.max(...errors);
  report.curves.push({ name, maxRel, first: losses[0], last: losses[losses.length - 1] });
  for (const [step, error] of errors.entries()) {
    const limit = isWide ? limitAt(step, reference.losses.length) : BF16_TOLERANCE;
    if (error <= limit) continue;
    const [got, wanted] = [losses[step], expected[step]];
    report.problems.push(
      `${name}: the loss at step ${step} is ${got}, the reference's ${wanted} (allowed: ${limit.toExponential(1)})`,
    );
  }
}

function limitAt(step: number, steps: number): number {
  const share = Math.min(1, step / Math.max(1, steps - 1));
  return TOLERANCE.first * (TOLERANCE.last / TOLERANCE.first) ** share;
}
