import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { openTuning, readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { ClippedSum } from '../../src/training/optimizers/clipped-sum.ts';
import { noiseFor } from '../../src/training/optimizers/privacy-budget.ts';
import { prvEpsilon } from '../../src/training/optimizers/prv-accountant.ts';
import { rdpEpsilon, renyiDivergence } from '../../src/training/optimizers/rdp-accountant.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { SafetensorsFile, scope, tensor } from '../../src/engine/tensor/index.ts';
import type { Trainable } from '../../src/methods/interfaces.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';
import { FactoredSums } from '../../src/training/rows-apart.ts';
import { rowGradients } from './train.ts';
import { tensorsOf } from './adapter-tensors.ts';
import { baseOf } from './tuning.ts';

interface Steps {
  q: number;
  sigma: number;
  T: number;
}

interface AccountantCase extends Steps {
  delta: number;
  rdp_epsilon: number;
  rdp_one_step: Record<string, number>;
  prv_epsilon: number;
  prv_estimate: number;
  prv_lower: number;
}

interface AccountantFile {
  cases: AccountantCase[];
  heterogeneous: { history: Steps[]; delta: number; rdp_epsilon: number };
  noise_multiplier: {
    target_epsilon: number;
    target_delta: number;
    sample_rate: number;
    steps: number;
    noise_multiplier: number;
  };
}

interface PerSample {
  base: string;
  norms: number[];
  losses: number[];
  max_grad_norm: number;
  noise_multiplier: number;
}

/** Relative, but absolute for PRV, whose grid is a free choice. */
const TOLERANCE = { rdp: 1e-9, prv: 1e-3, gradient: 1e-5 };

export function isPrivacyCase(folder: string): boolean {
  return existsSync(join(folder, 'accountant.json'));
}

/** Compares privacy accountants and per-row gradients with Opacus. */
export async function comparePrivacy(folder: string, report: FolderReport): Promise<void> {
  report.model_type = 'privacy';
  compareAccountants(readJson(join(folder, 'accountant.json')), report);
  report.notBuilt = ['gdp: an asymptotic limit, not a bound'];
  if (existsSync(join(folder, 'per_sample.json'))) await compareRows(folder, report);
}

const stepsOf = ({ q, sigma, T }: Steps) => ({ sampleRate: q, noiseMultiplier: sigma, steps: T });

function compareAccountants(
  { cases, heterogeneous, noise_multiplier: noise }: AccountantFile,
  report: FolderReport,
): void {
  for (const one of cases) {
    const name = `q ${one.q}, sigma ${one.sigma}, T ${one.T}`;
    const steps = stepsOf(one);
    add(report, `${name}: rdp`, relative(rdpEpsilon([steps], one.delta).epsilon, one.rdp_epsilon), TOLERANCE.rdp);
    for (const [order, wanted] of Object.entries(one.rdp_one_step)) {
      const got = renyiDivergence([{ ...steps, steps: 1 }], Number(order));
      add(report, `${name}: order ${order}`, relative(got, wanted), TOLERANCE.rdp);
    }
    const bounds = prvEpsilon(steps, one.delta);
    const wanted = { upper: one.prv_epsilon, estimate: one.prv_estimate, lower: one.prv_lower };
    for (const [key, value] of Object.entries(wanted))
      add(report, `${name}: prv ${key}`, Math.abs(bounds[key as keyof typeof wanted] - value), TOLERANCE.prv);
  }
  const { history, delta, rdp_epsilon: wanted } = heterogeneous;
  add(report, 'two histories', relative(rdpEpsilon(history.map(stepsOf), delta).epsilon, wanted), TOLERANCE.rdp);
  const plan = { sampleRate: noise.sample_rate, steps: noise.steps, delta: noise.target_delta };
  const found = noiseFor(noise.target_epsilon, { ...plan, accountant: 'rdp' }) ?? Number.NaN;
  add(report, 'noise for an epsilon', relative(found, noise.noise_multiplier), TOLERANCE.rdp);
}

async function compareRows(folder: string, report: FolderReport): Promise<void> {
  const about = readJson<PerSample>(join(folder, 'per_sample.json'));
  const base = baseOf(folder, about.base);
  const { model } = await loadModel(base, { dtype: 'f32' });
  const tuning = await openTuning(model, await readAdapterConfig(join(folder, 'adapter')));
  using adapter = new SafetensorsFile(join(folder, 'adapter', 'adapter_model.safetensors'));
  scope(() => tuning.load(tensorsOf(adapter)));
  using expected = new SafetensorsFile(join(folder, 'per_sample.safetensors'));
  using batch = new SafetensorsFile(join(base, 'train_batch.safetensors'));
  const sum = new ClippedSum(tuning.trainables, about.max_grad_norm);
  using sums = new FactoredSums(tuning.trainables);
  const losses = await rowGradients(model, batch, () => sums.add((norm) => sum.factorOf(norm)));
  const norms = sums.settle();
  for (const [row, wanted] of about.norms.entries()) {
    add(report, `norm of row ${row}`, relative(norms[row], wanted), TOLERANCE.gradient);
    add(report, `loss of row ${row}`, relative(losses[row], about.losses[row]), TOLERANCE.gradient);
  }
  const nameOf = ({ name }: Trainable) => name.replace('base_model.model.', '');
  const scale = about.noise_multiplier * about.max_grad_norm;
  scope(() => sum.settle((one) => expected.get(`noise.${nameOf(one)}`).mul(scale), about.norms.length));
  for (const one of tuning.trainables) {
    const { maxAbs } = scope(() =>
      difference(one.parameter.tensor.grad ?? tensor([]), expected.get(`noisy_mean.${nameOf(one)}`)),
    );
    add(report, `noisy mean of ${nameOf(one)}`, maxAbs, TOLERANCE.gradient);
  }
  tuning.dispose();
  model.dispose();
}

function relative(got: number, wanted: number): number {
  return Math.abs(got - wanted) / Math.abs(wanted);
}

function add(report: FolderReport, name: string, error: number, tolerance: number): void {
  report.outputs.push({ name, maxAbs: error, compared: 1 });
  if (!(error <= tolerance)) report.problems.push(`${name}: off by ${error.toExponential(2)}, more than ${tolerance}`);
}
