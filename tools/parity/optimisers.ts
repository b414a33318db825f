import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { updates } from '../../src/training/optimizers/index.ts';
import { Parameter } from '../../src/engine/nn/index.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Trainable, Update } from '../../src/methods/interfaces.ts';
import { learningRateAt, type Schedule } from '../../src/methods/recipe/rate-schedule.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';
import { ONE_ROW } from './train.ts';
import { type OptimiserCase, ownCase, type OwnCase } from './optimiser-cases.ts';
import { ownSchedule } from './schedule-cases.ts';

interface CaseFile {
  cases: Record<string, OptimiserCase>;
  schedules: Record<string, number[]>;
  clip_grad_norm?: { step: number; max_norm: number; total_norm: number; clipped_bias: number[] };
}

/** For Prodigy's estimate and norms, which are sums over all weights. */
const RELATIVE_TOLERANCE = 1e-5;

export function isOptimisersCase(folder: string): boolean {
  return existsSync(join(folder, 'given.safetensors')) && existsSync(join(folder, 'case.json'));
}

/** Compares steps along given gradients, and multipliers of schedules, with the published implementations. */
export async function compareOptimisers(folder: string, report: FolderReport): Promise<void> {
  report.model_type = 'optimisers';
  const { cases, schedules, clip_grad_norm: clipping } = readJson<CaseFile>(join(folder, 'case.json'));
  const notBuilt: string[] = (report.notBuilt = []);
  for (const [name, about] of Object.entries(cases)) {
    const ours = await ownCase(name, about);
    if (typeof ours === 'string') notBuilt.push(`${name} (${ours})`);
    else await compareCase(folder, { name, about, ours }, report);
  }
  if (clipping !== undefined) await compareClipping(folder, clipping, report);
  for (const [name, wanted] of Object.entries(schedules)) {
    if (!Array.isArray(wanted)) continue;
    const schedule = ownSchedule(name);
    if (schedule !== undefined) compareSchedule(name, { schedule, wanted }, report);
    else notBuilt.push(name);
  }
}

async function compareCase(
  folder: string,
  { name, about, ours }: { name: string; about: OptimiserCase; ours: OwnCase },
  report: FolderReport,
): Promise<void> {
  using given = new SafetensorsFile(join(folder, 'given.safetensors'));
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  const { method, options, learningRate: rate, weightDecay, warmupSteps: warmup, tolerance, until } = ours;
  const trainables = about.params.map((param) => trainableOf(param, given.get(`init.${param}`)));
  const update = await (await updates.load(method)).create(trainables, options, ONE_ROW);
  const steps = Math.min(until, given.get(`grads.${about.params[0]}`).shape[0]);
  let [worst, compared] = [0, 0];
  for (let step = 0; step < steps; step++) {
    takeGradients(trainables, given, step);
    const learningRate = rate * (step < warmup ? (step + 1) / warmup : 1);
    update.step({ step, learningRate, weightDecay, maxGradNorm: 0 });
    for (const [key, tensor] of compareAt(update, trainables, `step${step + 1}`)) {
      if (!expected.has(`${name}.${key}`)) continue;
      worst = Math.max(
        worst,
        scope(() => difference(tensor, expected.get(`${name}.${key}`)).maxAbs),
      );
      compared += tensor.size;
    }
  }
  report.outputs.push({ name, maxAbs: worst, compared });
  if (compared === 0) report.problems.push(`${name}: nothing was compared`);
  if (!(worst <= tolerance))
    report.problems.push(`${name}: differs by ${worst.toExponential(2)}, more than ${tolerance}`);
  if (about.d !== undefined) compareNumber(`${name}: d`, update.state().get('all.d')!.item(), about.d, report);
}

function takeGradients(trainables: readonly Trainable[], given: SafetensorsFile, step: number): void {
  for (const { name, parameter } of trainables)
    parameter.tensor.grad = scope(() => given.get(`grads.${name}`).select(0, step).clone().own());
}

/** A step of size 1 along clipped gradients from 0. */
async function compareClipping(
  folder: string,
  { step, max_norm, total_norm, clipped_bias: wanted }: NonNullable<CaseFile['clip_grad_norm']>,
  report: FolderReport,
): Promise<void> {
  using given = new SafetensorsFile(join(folder, 'given.safetensors'));
  const params = given.names.flatMap((name) => /^init\.(.*)$/.exec(name)?.[1] ?? []);
  const trainables = params.map((param) =>
    trainableOf(
      param,
      scope(() => given.get(`init.${param}`).mul(0).own()),
    ),
  );
  const update = await (await updates.load('sgd')).create(trainables, { momentum: 0 }, ONE_ROW);
  takeGradients(trainables, given, step - 1);
  const norm = update.step({ step: 0, learningRate: 1, weightDecay: 0, maxGradNorm: max_norm });
  compareNumber('clip_grad_norm: total_norm', norm, total_norm, report);
  const bias = trainables.find(({ name }) => name === 'bias')?.parameter.tensor.toNumbers() ?? [];
  const worst = Math.max(...wanted.map((value, i) => Math.abs(value + bias[i])));
  report.outputs.push({ name: 'clip_grad_norm', maxAbs: worst, compared: wanted.length });
  if (!(worst <= 1e-7)) report.problems.push(`clip_grad_norm: differs by ${worst.toExponential(2)}`);
}

function compareNumber(name: string, got: number, wanted: number, report: FolderReport): void {
  report.outputs.push({ name, maxAbs: Math.abs(got - wanted), compared: 1 });
  if (!(Math.abs(got - wanted) <= RELATIVE_TOLERANCE * Math.abs(wanted)))
    report.problems.push(`${name} is ${got} in place of ${wanted}`);
}

function trainableOf(name: string, first: Tensor): Trainable {
  const parameter = new Parameter(first.shape);
  scope(() => parameter.assign(first.clone()));
  parameter.setTrainable(true);
  return { name, parameter, decays: true };
}

/** The weights by the reference's names: `y`, where gradients are taken, and `x`, which is evaluated. */
function compareAt(update: Update, trainables: readonly Trainable[], step: string): [string, Tensor][] {
  const plain = trainables.map(({ name, parameter }): [string, Tensor] => [`${name}.${step}`, parameter.tensor]);
  const averaged = noGrad(() => [...(update.averaged?.() ?? [])]);
  return [
    ...plain,
    ...plain.map(([key, tensor]): [string, Tensor] => [`${key}.y`, tensor]),
    ...averaged.map(([{ name }, tensor]): [string, Tensor] => [`${name}.${step}.x`, tensor]),
  ];
}

function compareSchedule(
  name: string,
  { schedule, wanted }: { schedule: Schedule; wanted: readonly number[] },
  report: FolderReport,
): void {
  // No step is taken after the end of a schedule.
  const errors = wanted
    .slice(0, schedule.totalSteps + 1)
    .map((value, step) => (step < schedule.warmupSteps ? 0 : Math.abs(learningRateAt(schedule, step) - value)));
  const worst = Math.max(...errors);
  report.outputs.push({ name, maxAbs: worst, compared: wanted.length });
  if (!(worst <= 1e-12))
    report.problems.push(`${name}: differs by ${worst.toExponential(2)} at step ${errors.indexOf(worst)}`);
}
