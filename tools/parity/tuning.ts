import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AttuneError } from '../../src/base/errors.ts';
import { readJson } from '../../src/files/json.ts';
import { openTuning, readAdapterConfig, type AdapterDescription } from '../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../src/methods/tunings/index.ts';
import { withRatio } from '../../src/methods/tunings/lora.ts';
import { ROOT } from '../../src/methods/tunings/peft-adapter.ts';
import { updates } from '../../src/training/optimizers/index.ts';
import { loadModel } from '../../src/models/load-model.ts';
import type { Model } from '../../src/models/model.ts';
import { fromArray, noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Tuning } from '../../src/methods/interfaces.ts';
import { addOutput, compareFinalTensors, tensorsOf, withUnsavedBiases } from './adapter-tensors.ts';
import { compareOutput, difference } from './compare.ts';
import { inputOf, withPrefix } from './input.ts';
import { outputOf, runForward, type Output } from './outputs.ts';
import type { FolderReport } from './report.ts';
import { beginsWithWeight, compareStart } from './tuning-start.ts';
import { ONE_ROW, trainOnBatch } from './train.ts';

/** case.json: the reference's results with an adapter. */
export interface CaseFile {
  base: string;
  adapter_final_left_out_unchanged?: readonly string[];
  merged_logits_max_abs_diff?: number | null;
  train: ReferenceRun;
  /** Replaces `train` where the reference's own backward pass is wrong. */
  train_true_gradient?: ReferenceRun;
}

export interface ReferenceRun {
  optimizer?: {
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    /** Options of LoRA+. */
    loraplus_lr_ratio?: number;
    /** PEFT's LoRA+ uses this weight decay instead of `weight_decay`. */
    loraplus_weight_decay?: number;
  };
  losses: number[];
  loss_after: number;
  grad_norms: number[];
  f64_check?: { noisy_weights?: Readonly<Record<string, unknown>> };
}

/** Relative, for losses and for the norm of all gradients; absolute, for logits of the reference's own merged model. */
const TOLERANCE = { loss: 1e-5, norm: 1e-4, merged: 1e-3 };

/** Whether a folder has an adapter for another fixture, with reference values. */
export function isTuningCase(folder: string): boolean {
  return existsSync(join(folder, 'case.json')) && existsSync(join(folder, 'adapter_config.json'));
}

/** Compares an adapter's logits, its merged weights and ten training steps with the reference's. */
export async function compareTuning(folder: string, report: FolderReport): Promise<void> {
  if (beginsWithWeight(folder)) return compareStart(folder, report);
  const about = readJson<CaseFile>(join(folder, 'case.json'));
  const base = baseOf(folder, about.base);
  const description = await readAdapterConfig(folder);
  const { model } = await loadModel(base, { dtype: 'f32', task: description.task });
  report.model_type = model.architecture.modelType;
  const tuning = await openTuning(model, description);
  using adapter = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
  withUnsavedBiases(folder, 'init', (biases) => scope(() => tuning.load(new Map([...tensorsOf(adapter), ...biases]))));
  using expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  using inputs = new SafetensorsFile(join(base, 'expected.safetensors'));
  const parts = { model, tuning, expected, inputs, report };
  compareLogits(parts, 'logits');
  if ((about.merged_logits_max_abs_diff ?? 0) < TOLERANCE.merged) compareMerged(parts);
  else (report.otherVersions ??= []).push('the merged model, which in the reference is another than the adapted one');
  const run = about.train_true_gradient ?? about.train;
  const trained = await withEncoder(folder, parts, description);
  await compareCurve(trained, { base, run: { ...about.train, ...run } });
  compareFinal(folder, trained, about);
  trained.tuning.dispose();
  model.dispose();
}

/**
 * PEFT saves the output of a prompt's network but trains the network: if the network is given, it is trained here too.
 */
async function withEncoder(folder: string, parts: Parts, { method, options }: AdapterDescription): Promise<Parts> {
  const path = join(folder, 'encoder_init.safetensors');
  if (!existsSync(path) || method === 'prompt_tuning') return parts;
  parts.tuning.dispose();
  const tuning = await (await tunings.load(method)).create(parts.model, options, { seed: 0 });
  using file = new SafetensorsFile(path);
  scope(() => tuning.load(new Map([...tensorsOf(file)].map(([name, tensor]) => [plainName(name), tensor]))));
  return { ...parts, tuning };
}

/** The fixture to which an adapter belongs: `fixtures/NAME` or `models/NAME` next to one of the parent folders. */
export function baseOf(folder: string, name: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const found = ['fixtures', 'models'].map((beside) => join(at, beside, name));
    const own = found.find((path) => existsSync(join(path, 'config.json')));
    if (own !== undefined) return own;
  }
  throw new Error(`there is no fixtures/${name} above ${folder}`);
}

export interface Parts {
  model: Model;
  tuning: Tuning;
  expected: SafetensorsFile;
  inputs: SafetensorsFile;
  report: FolderReport;
}

/** Logits for the inputs of the base fixture, at virtual tokens too: these are added to the batch. */
export function logitsOf({ model, tuning, inputs }: Pick<Parts, 'model' | 'tuning' | 'inputs'>) {
  const { prefix } = model;
  const batch = withPrefix(tensorsOf(inputs), tuning.prefix ?? []);
  model.prefix = [];
  try {
    return outputOf(runForward(model, batch, inputOf(model, batch)), 'logits')!;
  } finally {
    model.prefix = prefix;
  }
}

export function compareLogits(parts: Parts, name: string): void {
  noGrad(() =>
    scope(() => {
      const expected = parts.expected.get('logits');
      addOutput(parts.report, name, compareOutput(withoutPrefix(logitsOf(parts), expected), expected));
    }),
  );
}

/** Selects real tokens where the reference has logits for them only. */
function withoutPrefix(output: Output, expected: Tensor): Output {
  const { values, grid } = output;
  const extra = grid === undefined ? 0 : grid.width - expected.shape[1];
  if (grid === undefined || extra <= 0) return output;
  const kept = [...grid.places.entries()].filter(([, place]) => place % grid.width >= extra);
  const [width, layout] = [grid.width - extra, grid.layout];
  const places = kept.map(([, place]) => Math.floor(place / grid.width) * width + (place % grid.width) - extra);
  const rows = fromArray(BigInt64Array.from(kept, ([n]) => BigInt(n)));
  return { values: values.toDevice('cpu').indexSelect(0, rows), grid: { ...grid, width, places, layout } };
}

/**
 * Compares merged weights by name and the logits of the merged model, and checks that unmerging restores everything.
 */
function compareMerged(parts: Parts): void {
  const { model, tuning, expected, report } = parts;
  const names = expected.names.filter((name) => name.startsWith('merged.'));
  if (names.length === 0) return;
  const parameters = new Map(model.parameters());
  const before = new Map(names.map((name) => [name, parameterOf(parameters, name).tensor.clone().own()]));
  try {
    tuning.merge();
  } catch (error) {
    for (const tensor of before.values()) tensor.dispose();
    if (!(error instanceof AttuneError) || error.code !== 'E_NOT_MERGEABLE') throw error;
    (report.otherVersions ??= []).push(`the merged model: ${error.message.split('\n')[0]}`);
    return;
  }
  noGrad(() =>
    scope(() => {
      for (const name of names)
        addOutput(report, name, difference(parameterOf(parameters, name).tensor, expected.get(name)));
    }),
  );
  compareLogits(parts, 'merged logits');
  tuning.unmerge();
  for (const [name, tensor] of before) {
    const { maxAbs } = scope(() => difference(parameterOf(parameters, name).tensor, tensor));
    if (maxAbs > 0) report.problems.push(`${name} differs after unmerging: ${maxAbs.toExponential(2)}`);
    tensor.dispose();
  }
}

function parameterOf<Value>(parameters: ReadonlyMap<string, Value>, name: string): Value {
  const path = name.replace(/^merged\./, '');
  const found = parameters.get(path);
  if (found === undefined) throw new Error(`the model has no ${path}`);
  return found;
}

export async function compareCurve(
  parts: Pick<Parts, 'model' | 'tuning' | 'report'>,
  { base, run }: { base: string; run: ReferenceRun },
): Promise<void> {
  const { model, tuning, report } = parts;
  const { lr, betas, eps, weight_decay: weightDecay } = run.optimizer!;
  const method = await updates.load('adamw');
  const ratio = run.optimizer?.loraplus_lr_ratio;
  const trainables = ratio === undefined ? tuning.trainables : tuning.trainables.map((one) => withRatio(one, ratio));
  const plain = await method.create(trainables, { beta1: betas[0], beta2: betas[1], epsilon: eps }, ONE_ROW);
  using file = new SafetensorsFile(join(base, 'train_batch.safetensors'));
  const steps = run.losses.length;
  const update = tuning.govern?.(plain, steps) ?? plain;
  const decay = run.optimizer?.loraplus_weight_decay ?? weightDecay;
  const options = { step: 0, learningRate: lr, weightDecay: decay, maxGradNorm: 0 };
  const result = await trainOnBatch({ model, update, tuning }, file, { steps, options });
  for (const gradient of result.gradients.values()) gradient.dispose();
  const losses = [...run.losses, run.loss_after];
  addCurve(report, 'loss', { got: result.losses, wanted: losses, tolerance: TOLERANCE.loss });
  const norms = { got: result.gradNorms.slice(0, steps), wanted: run.grad_norms, tolerance: TOLERANCE.norm };
  addCurve(report, 'gradient norm', norms);
}

/** Compares each value of a curve, relative to the reference's. */
function addCurve(
  report: FolderReport,
  name: string,
  { got, wanted, tolerance }: { got: readonly number[]; wanted: readonly number[]; tolerance: number },
): void {
  // A relative difference from zero is undefined.
  const errors = wanted.map((value, i) => (got[i] === value ? 0 : Math.abs(got[i] - value) / Math.abs(value)));
  const maxRel = errors.some((error) => Number.isNaN(error)) ? null : Math.max(...errors);
  report.curves.push({ name, maxRel, first: got[0], last: got[got.length - 1] });
  for (const [step, error] of errors.entries()) {
    if (error <= tolerance) continue;
    report.problems.push(
      `${name} at step ${step} is ${got[step]}, the reference's ${wanted[step]} (allowed: ${tolerance.toExponential(0)})`,
    );
  }
}

/** Compares the adapter after the last step, and the model's output with it. */
function compareFinal(folder: string, parts: Parts, about: CaseFile): void {
  const { model, tuning, expected, report } = parts;
  const isTrue = about.train_true_gradient !== undefined;
  const names = Object.keys(about.train.f64_check?.noisy_weights ?? {}).map(plainName);
  const noisy = names.flatMap((name) => [name, ROOT + name]);
  const final = join(folder, `adapter_final${isTrue ? '_true_gradient' : ''}.safetensors`);
  compareFinalTensors(final, parts, noisy);
  withUnsavedBiases(folder, 'final', (biases, path) => biases.size > 0 && compareFinalTensors(path, parts, noisy));
  noGrad(() =>
    scope(() => {
      const logits = logitsOf(parts);
      if (noisy.length > 0 || isTrue) return;
      const [last] = ['final_logits_row0_last', 'final_logits'].filter((name) => expected.names.includes(name));
      if (last === 'final_logits') addOutput(report, last, difference(logits.values, expected.get(last)));
      else if (last !== undefined) {
        const end = model.layoutOf(inputOf(model, withPrefix(tensorsOf(parts.inputs), tuning.prefix ?? [])).input);
        addOutput(report, last, difference(logits.values.select(0, end.offsets[1] - 1), expected.get(last)));
      }
    }),
  );
}

/** Tensor names in a live PEFT model contain the name of the adapter. */
function plainName(name: string): string {
  return name.replace(/(\.modules_to_save)?\.default(?=\.|$)/, '');
}
