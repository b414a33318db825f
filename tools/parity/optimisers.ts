import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { updates } from '../../src/methods/update/index.ts';
import { Parameter } from '../../src/nn/index.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/tensor/index.ts';
import type { Trainable, Update } from '../../src/train/interfaces.ts';
import { learningRateAt, type Schedule } from '../../src/train/schedule.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';
import { ONE_ROW } from './train.ts';

interface OptimiserCase {
  options: { lr: number; weight_decay?: number; wd?: number; warmup_steps?: number };
  params: string[];
}

interface CaseFile {
  cases: Record<string, OptimiserCase>;
  schedules: Record<string, number[]>;
}

/** Absolute. */
const TOLERANCE = 1e-5;
const STEPS = 10;

interface Own {
  method: string;
  options?: object;
  /** Steps that are compared, where those after them depend on the library of the reference. */
  until?: number;
}

/** Our method and its options for each case of the reference. */
const own: Record<string, Own> = {
  adamw: { method: 'adamw' },
  adafactor_fixed_lr: { method: 'adafactor' },
  adafactor_beta1: { method: 'adafactor', options: { beta1: 0.9, scale_parameter: true } },
  lion: { method: 'lion' },
  ademamix: { method: 'ademamix' },
  ademamix_warmup: { method: 'ademamix', options: { beta3_warmup: 20, alpha_warmup: 20 } },
  muon_moonshot_f32: { method: 'muon' },
  // Its mean of gradients points where a sum does.
  muon_f32: { method: 'muon', options: { adjust_lr_fn: 'original' } },
  sgd_nesterov: { method: 'sgd', options: { nesterov: true } },
  // New directions meet old moments at the fourth step: their signs are the library's choice.
  galore_adamw: { method: 'galore_adamw', options: { rank: 4, update_proj_gap: 3 }, until: 3 },
  schedulefree_adamw: { method: 'schedule_free' },
  prodigy: { method: 'prodigy', options: { safeguard_warmup: false } },
};

const usual = { learningRate: 1, warmupSteps: 4, totalSteps: 30 };

/** Our form of each schedule of the reference; warm-ups differ by design, so what follows them is compared. */
const ownSchedules: Record<string, Schedule> = {
  constant_with_warmup_4: { ...usual, scheduler: 'constant' },
  linear_4_30: { ...usual, scheduler: 'linear' },
  cosine_4_30: { ...usual, scheduler: 'cosine' },
  cosine_half_cycles_1_4_30: { ...usual, scheduler: 'cosine', options: { num_cycles: 1 } },
  cosine_with_restarts_3_4_30: { ...usual, scheduler: 'cosine_with_restarts', options: { num_cycles: 3 } },
  'polynomial_p2_end0.1_4_30': { ...usual, scheduler: 'polynomial', options: { power: 2, min_lr_rate: 0.1 } },
  inverse_sqrt_4: { ...usual, scheduler: 'inverse_sqrt' },
  'cosine_min_lr_rate0.1_4_30': { ...usual, scheduler: 'cosine_with_min_lr', options: { min_lr_rate: 0.1 } },
  wsd_4_stable12_decay8: {
    ...usual,
    totalSteps: 24,
    scheduler: 'warmup_stable_decay',
    options: { num_decay_steps: 8 },
  },
  'wsd_4_decay10_total30_linear_min0.2': {
    ...usual,
    scheduler: 'warmup_stable_decay',
    options: { num_decay_steps: 10, decay_type: 'linear', min_lr_rate: 0.2 },
  },
};

export function isOptimisersCase(folder: string): boolean {
  return existsSync(join(folder, 'given.safetensors')) && existsSync(join(folder, 'case.json'));
}

/** Ten steps along given gradients, and multipliers of schedules, against the published implementations. */
export async function compareOptimisers(folder: string, report: FolderReport): Promise<void> {
  report.model_type = 'optimisers';
  const { cases, schedules } = readJson<CaseFile>(join(folder, 'case.json'));
  report.notBuilt = Object.keys(cases).filter((name) => own[name] === undefined);
  for (const [name, about] of Object.entries(cases))
    if (own[name] !== undefined) await compareCase(folder, { name, about, ours: own[name] }, report);
  for (const [name, wanted] of Object.entries(schedules)) {
    const schedule = ownSchedules[name];
    if (schedule !== undefined) compareSchedule(name, { schedule, wanted }, report);
    else if (Array.isArray(wanted)) report.notBuilt.push(name);
  }
}

async function compareCase(
  folder: string,
  { name, about, ours }: { name: string; about: OptimiserCase; ours: Own },
  report: FolderReport,
): Promise<void> {
  using given = new SafetensorsFile(join(folder, 'given.safetensors'));
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  const { method, options = {}, until = STEPS } = ours;
  const trainables = about.params.map((param) => trainableOf(param, given.get(`init.${param}`)));
  const { lr, weight_decay: decay, wd = 0, warmup_steps: warmup = 0 } = about.options;
  const update = await (await updates.load(method)).create(trainables, { ...options }, ONE_ROW);
  let [worst, compared] = [0, 0];
  for (let step = 0; step < until; step++) {
    for (const { name: param, parameter } of trainables)
      parameter.tensor.grad = scope(() => given.get(`grads.${param}`).select(0, step).clone().own());
    const learningRate = lr * (step < warmup ? (step + 1) / warmup : 1);
    update.step({ step, learningRate, weightDecay: decay ?? wd, maxGradNorm: 0 });
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
  if (!(worst <= TOLERANCE))
    report.problems.push(`${name}: differs by ${worst.toExponential(2)}, more than ${TOLERANCE}`);
}

function trainableOf(name: string, first: Tensor): Trainable {
  const parameter = new Parameter(first.shape);
  scope(() => parameter.assign(first.clone()));
  parameter.setTrainable(true);
  return { name, parameter, decays: true };
}

/** The weights under the reference's names: `y` is where gradients are taken, `x` what is scored. */
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
  const errors = wanted.map((value, step) =>
    step < schedule.warmupSteps ? 0 : Math.abs(learningRateAt(schedule, step) - value),
  );
  const worst = Math.max(...errors);
  report.outputs.push({ name, maxAbs: worst, compared: wanted.length });
  if (!(worst <= 1e-12))
    report.problems.push(`${name}: differs by ${worst.toExponential(2)} at step ${errors.indexOf(worst)}`);
}
