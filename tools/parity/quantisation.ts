import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../src/files/json.ts';
import { codes } from '../../src/methods/storages/four-bit-codes.ts';
import { quantise } from '../../src/methods/storages/four-bit.ts';
import { updates } from '../../src/training/optimizers/index.ts';
import { dynamicMap, Parameter } from '../../src/engine/nn/index.ts';
import { aten, fromArray, noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Trainable } from '../../src/methods/interfaces.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';
import { ONE_ROW } from './train.ts';

interface FourBitCase {
  matrix: string;
  quant_type: keyof typeof codes;
  blocksize: 32 | 64 | 128;
  nested: boolean;
}

export function isQuantisationFolder(folder: string): boolean {
  return existsSync(join(folder, 'four_bit.json'));
}

/** Codes, weights in 4 bits and AdamW's moments in 8 against bitsandbytes' own numbers. */
export async function compareQuantisation(folder: string, report: FolderReport): Promise<void> {
  report.model_type = 'quantisation';
  noGrad(() => scope(() => compareCodes(folder, report)));
  const { cases } = readJson<{ cases: Record<string, FourBitCase> }>(join(folder, 'four_bit.json'));
  using matrices = new SafetensorsFile(join(folder, 'matrices.safetensors'));
  using expected = new SafetensorsFile(join(folder, 'four_bit.safetensors'));
  for (const [name, about] of Object.entries(cases))
    noGrad(() => scope(() => compareFourBit(name, { about, stored: matrices.get(about.matrix), expected }, report)));
  if (existsSync(join(folder, 'adamw8bit.json'))) await compareAdamw(folder, report);
  if (existsSync(join(folder, 'int8.json'))) report.notBuilt = ["int8: LLM.int8's split of outliers"];
}

function compareCodes(folder: string, report: FolderReport): void {
  using file = new SafetensorsFile(join(folder, 'codes.safetensors'));
  const own = {
    nf4: Float32Array.from(codes.nf4),
    fp4: Float32Array.from(codes.fp4),
    dynamic_signed_8bit: dynamicMap(),
    dynamic_unsigned_8bit: dynamicMap({ isSigned: false }),
  };
  for (const [name, values] of Object.entries(own)) {
    const { maxAbs } = difference(fromArray(values), file.get(name));
    add(report, { name, maxAbs, compared: values.length, tolerance: 1e-7 });
  }
}

function compareFourBit(
  name: string,
  { about, stored, expected }: { about: FourBitCase; stored: Tensor; expected: SafetensorsFile },
  report: FolderReport,
): void {
  const options = { block_size: about.blocksize, double_quantization: about.nested };
  const weight = quantise(stored, codes[about.quant_type], options);
  const packed = [name, name.replace('.nested', '')].map((one) => `${one}.packed`).find((one) => expected.has(one))!;
  const bytes = weight.operands().fourBit!.parts[0];
  const wrong = aten.ne.Tensor(bytes, expected.get(packed).flatten()).to('f32').sum().item();
  add(report, { name: `${name}.packed`, maxAbs: wrong, compared: bytes.size, tolerance: 0 });
  const wanted = expected.get(`${name}.dequantised`).to('f32');
  const got = weight.dense(stored.dtype).to('f32');
  const largest = aten.amax.default(aten.abs.default(wanted)).item();
  // Equal up to the order of rounding.
  const tolerance = largest * (stored.dtype === 'f32' ? 1e-6 : 2 ** -7);
  add(report, { name: `${name}.dequantised`, maxAbs: difference(got, wanted).maxAbs, compared: got.size, tolerance });
  weight.dispose();
}

/** A code on a midpoint may go either way, and then moves a weight: 99 % of them have to agree. */
async function compareAdamw(folder: string, report: FolderReport): Promise<void> {
  const { options, min_8bit_size: least } = readJson<{
    options: { lr: number; weight_decay: number; betas?: [number, number]; eps?: number };
    min_8bit_size: number;
  }>(join(folder, 'adamw8bit.json'));
  using file = new SafetensorsFile(join(folder, 'adamw8bit.safetensors'));
  const trainables = ['big', 'small'].map((name): Trainable => {
    const parameter = new Parameter(file.get(`${name}.init`).shape);
    scope(() => parameter.assign(file.get(`${name}.init`).clone()));
    parameter.setTrainable(true);
    return { name, parameter, decays: true };
  });
  const { betas: [beta1, beta2] = [], eps: epsilon } = options;
  const given = Object.entries({ beta1, beta2, epsilon }).filter(([, value]) => value !== undefined);
  const own = { min_8bit_size: least, ...Object.fromEntries(given) };
  const update = await (await updates.load('adamw_8bit')).create(trainables, own, ONE_ROW);
  for (let step = 0; step < 10; step++) {
    for (const { name, parameter } of trainables)
      parameter.tensor.grad = scope(() => file.get(`${name}.grads`).select(0, step).clone().own());
    update.step({ step, learningRate: options.lr, weightDecay: options.weight_decay, maxGradNorm: 0 });
    for (const { name, parameter } of trainables) {
      const key = `${name}.step${step + 1}`;
      if (!file.has(key)) continue;
      const far = scope(() => shareAbove(parameter.tensor.detach().sub(file.get(key)), 1e-5));
      add(report, { name: `adamw_8bit ${key}, share off`, maxAbs: far, compared: parameter.size, tolerance: 0.01 });
    }
    if (step === 0) compareFirstCodes(update.state(), file, report);
  }
}

function compareFirstCodes(state: ReadonlyMap<string, Tensor>, file: SafetensorsFile, report: FolderReport): void {
  for (const slot of ['state1', 'state2']) {
    const { maxAbs, compared } = scope(() => difference(state.get(`big.${slot}`)!, file.get(`big.${slot}.step1`)));
    add(report, { name: `adamw_8bit big.${slot}.step1`, maxAbs, compared, tolerance: 1 });
  }
}

function shareAbove(x: Tensor, limit: number): number {
  return noGrad(() => aten.gt.Scalar(aten.abs.default(x), limit).to('f32').mean().item());
}

function add(
  report: FolderReport,
  { name, maxAbs, compared, tolerance }: { name: string; maxAbs: number; compared: number; tolerance: number },
): void {
  report.outputs.push({ name, maxAbs, compared });
  if (!(maxAbs <= tolerance)) report.problems.push(`${name}: ${maxAbs.toExponential(2)}, more than ${tolerance}`);
}
