import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { storages } from '../../src/methods/storages/index.ts';
import { openTuning, readAdapterConfig } from '../../src/methods/tunings/adapter-config.ts';
import { tunings } from '../../src/methods/tunings/index.ts';
import { notingLosses } from '../../src/methods/tunings/loftq.ts';
import { ROOT } from '../../src/methods/tunings/peft-adapter.ts';
import { isNamed } from '../../src/methods/tunings/targets.ts';
import { loadModel } from '../../src/models/load-model.ts';
import { noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';
import { addOutput, tensorsOf } from './adapter-tensors.ts';
import { baseOf, compareCurve, compareLogits, logitsOf, type CaseFile, type Parts } from './tuning.ts';

interface StartConfig {
  init_lora_weights: unknown;
  r: number;
  lora_alpha: number;
  use_rslora?: boolean;
  target_modules: string[];
  loftq_config?: { loftq_bits?: number; loftq_iter?: number };
}

const configOf = (folder: string) => readJson<StartConfig>(join(folder, 'adapter_config.json'));

/** Whether PEFT initialises the adapter from a part of the base weights and subtracts that part from them. */
export function beginsWithWeight(folder: string): boolean {
  return /^(pissa|olora|loftq)/.test(String(configOf(folder).init_lora_weights));
}

/** Initialises in the same way and compares the residual base weights, ten steps, and the resulting plain LoRA. */
export async function compareStart(folder: string, report: FolderReport): Promise<void> {
  const config = configOf(folder);
  const { loftq_bits: bits = 4, loftq_iter: rounds = 1 } = config.loftq_config ?? {};
  if (config.init_lora_weights === 'loftq' && (bits !== 4 || rounds !== 1)) {
    (report.otherVersions ??= []).push(
      `LoftQ with ${bits} bits and ${rounds} rounds: 4 bits and one round are offered`,
    );
    return;
  }
  if (String(config.init_lora_weights).startsWith('pissa_niter')) {
    (report.otherVersions ??= []).push('singular vectors that begin with random numbers: the exact ones are offered');
    return;
  }
  const about = readJson<CaseFile>(join(folder, 'case.json'));
  const base = baseOf(folder, about.base);
  const { parts, inputs, expected } = await begin(folder, base, report);
  noGrad(() => scope(() => compareProducts(folder, parts, config)));
  if (config.init_lora_weights !== 'loftq') {
    compareLogits(parts, 'logits');
    await compareOpened(folder, base, { expected, inputs, report });
  }
  await compareCurve(parts, { base, run: about.train });
  noGrad(() => scope(() => compareLast(parts, 'final_logits_row0_last')));
  parts.tuning.dispose();
  parts.model.dispose();
  if (existsSync(join(folder, 'converted'))) await compareConverted(folder, base, { expected, inputs, report });
  expected[Symbol.dispose]();
  inputs[Symbol.dispose]();
}

async function begin(folder: string, base: string, report: FolderReport) {
  const { init_lora_weights, r, lora_alpha: alpha, target_modules } = configOf(folder);
  const isLoftq = init_lora_weights === 'loftq';
  const keep = await (await storages.load('nf4')).keep({ double_quantization: false });
  const except = (path: string) => !target_modules.some((name) => isNamed(path, name));
  const noted = isLoftq ? notingLosses(keep && { ...keep, except }, () => r) : undefined;
  const described = isLoftq ? undefined : await readAdapterConfig(folder);
  const { model } = await loadModel(base, { dtype: 'f32', keep: noted?.keep, task: described?.task });
  report.model_type = model.architecture.modelType;
  const lora = await tunings.load('lora');
  const options = described?.options ?? { r, alpha, target_modules, init_lora_weights };
  const tuning = await lora.create(model, options, { seed: 0, residuals: noted?.residuals });
  // PEFT ignores the scale in LoftQ's initialisation.
  if (isLoftq) scope(() => noGrad(() => scaleStart(tuning.state(), Math.sqrt(alpha / r))));
  const expected = new SafetensorsFile(join(folder, 'expected.safetensors'));
  const inputs = new SafetensorsFile(join(base, 'expected.safetensors'));
  const parts: Parts = { model, tuning, expected, inputs, report };
  return { parts, expected, inputs };
}

function scaleStart(state: ReadonlyMap<string, Tensor>, scale: number): void {
  for (const [, tensor] of state) tensor.detach().mul_(scale);
}

/** The signs of singular vectors are arbitrary: compares products and the residual base weights. */
function compareProducts(folder: string, { model, tuning, expected, report }: Parts, config: StartConfig): void {
  using adapter = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
  const own = tuning.state();
  const product = (get: (name: string) => Tensor, name: string) =>
    get(name.replace('lora_A', 'lora_B')).matmul(get(name));
  for (const name of adapter.names.filter((one) => one.endsWith('lora_A.weight'))) {
    const got = product((key) => own.get(key)!, name);
    addOutput(
      report,
      `product ${name}`,
      difference(
        got,
        product((key) => adapter.get(key), name),
      ),
    );
    const path = name.slice(ROOT.length).replace('.lora_A.weight', '.weight');
    if (!expected.has(`base_after_init.${path}`)) continue;
    const weight = model.parameterAt(path)!.value('f32').detach();
    const isLoftq = config.init_lora_weights === 'loftq';
    const scale = config.lora_alpha / (config.use_rslora === true ? Math.sqrt(config.r) : config.r);
    const left = isLoftq ? weight : weight.sub(got.mul(scale));
    addOutput(report, `base_after_init.${path}`, difference(left, expected.get(`base_after_init.${path}`)));
  }
}

/** The adapter as PEFT loads it, on the residual base weights. */
async function compareOpened(
  folder: string,
  base: string,
  { expected, inputs, report }: Pick<Parts, 'expected' | 'inputs' | 'report'>,
): Promise<void> {
  const description = await readAdapterConfig(folder);
  const { model } = await loadModel(base, { dtype: 'f32', task: description.task });
  const tuning = await openTuning(model, description);
  using adapter = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
  noGrad(() => scope(() => tuning.load(tensorsOf(adapter))));
  compareLogits({ model, tuning, expected, inputs, report }, 'logits of the adapter as it is saved');
  tuning.dispose();
  model.dispose();
}

function compareLast(parts: Parts, name: string): void {
  const { values } = logitsOf(parts);
  if (parts.expected.names.includes('final_logits'))
    return addOutput(parts.report, 'final_logits', difference(values, parts.expected.get('final_logits')));
  const wanted = parts.expected.get(name);
  const row0 = parts.inputs.get('attention_mask').select(0, 0).sum().item();
  addOutput(parts.report, name, difference(values.select(0, row0 - 1), wanted));
}

/** The trained adapter as PEFT saves it for the original base. */
async function compareConverted(
  folder: string,
  base: string,
  { expected, inputs, report }: Pick<Parts, 'expected' | 'inputs' | 'report'>,
): Promise<void> {
  const converted = join(folder, 'converted');
  const { model } = await loadModel(base, { dtype: 'f32' });
  const tuning = await openTuning(model, await readAdapterConfig(converted));
  using adapter = new SafetensorsFile(join(converted, 'adapter_model.safetensors'));
  noGrad(() =>
    scope(() => {
      tuning.load(tensorsOf(adapter));
      const wanted = expected.get('converted_logits_row0');
      const { values } = logitsOf({ model, tuning, inputs });
      const count = inputs.get('attention_mask').select(0, 0).sum().item();
      const start = inputs.get('attention_mask').shape[1] - count;
      const isLeft = inputs.get('attention_mask').select(0, 0).toNumbers()[0] === 0;
      addOutput(
        report,
        'converted_logits_row0',
        difference(values.narrow(0, 0, count), wanted.narrow(0, isLeft ? start : 0, count)),
      );
    }),
  );
  tuning.dispose();
  model.dispose();
}
