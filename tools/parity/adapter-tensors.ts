import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromArray, noGrad, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Tuning } from '../../src/methods/interfaces.ts';
import { difference } from './compare.ts';
import type { FolderReport } from './report.ts';

/** Absolute, for logits and weights. */
const TOLERANCE = 1e-4;

export function tensorsOf(file: SafetensorsFile): Map<string, Tensor> {
  return new Map(file.names.map((name) => [name, file.get(name)]));
}

/** With `bias: lora_only` PEFT trains biases but does not save them: the reference has them in separate files. */
export function withUnsavedBiases(
  folder: string,
  when: 'init' | 'final',
  body: (biases: ReadonlyMap<string, Tensor>, path: string) => void,
): void {
  const path = join(folder, `unsaved_biases_${when}.safetensors`);
  if (!existsSync(path)) return body(new Map(), path);
  using file = new SafetensorsFile(path);
  body(tensorsOf(file), path);
}

/** Tensors of an adapter's file, except some. */
export function compareFinalTensors(
  path: string,
  { tuning, report }: { tuning: Tuning; report: FolderReport },
  except: readonly string[],
): void {
  using file = new SafetensorsFile(path);
  noGrad(() =>
    scope(() => {
      const own = savedState(tuning);
      // Tensors that PEFT writes twice are compared once.
      const isTwice = (one: string) => /\.(modules_to_save|original_module)\./.test(one);
      for (const name of file.names.filter((one) => !except.includes(one) && !isTwice(one))) {
        const got = own.get(name.replace(/\.bone_block$/, '.miss_block')) ?? sharedRows(own, name);
        const wanted = file.get(name);
        if (got === undefined) report.problems.push(`adapter_final: the model has no ${name}`);
        else addOutput(report, `final ${name}`, difference(cutLike(got, wanted, own.get(singular(name))), wanted));
      }
    }),
  );
}

/** Token rows that PEFT writes a second time for a head that shares their table. */
function sharedRows(own: ReadonlyMap<string, Tensor>, name: string): Tensor | undefined {
  const isRows = (one: string) => one.endsWith('.trainable_tokens_delta');
  return isRows(name) ? [...own].find(([one]) => isRows(one))?.[1] : undefined;
}

/** Singular values of AdaLoRA that belong to a tensor. */
function singular(name: string): string {
  return name.replace(/\.lora_[AB]$/, '.lora_E');
}

/** Removes AdaLoRA's pruned triplets, which PEFT does not save and attune keeps as zeros. */
function cutLike(got: Tensor, wanted: Tensor, values: Tensor | undefined): Tensor {
  if (values === undefined || got.shape.join() === wanted.shape.join()) return got;
  const left = [...values.toNumbers()].flatMap((value, i) => (value === 0 ? [] : [BigInt(i)]));
  const dimension = got.shape[0] === values.shape[0] ? 0 : 1;
  return got.indexSelect(dimension, fromArray(BigInt64Array.from(left)));
}

/** A tuning's tensors as they would be saved. */
function savedState(tuning: Tuning): ReadonlyMap<string, Tensor> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-parity-'));
  try {
    tuning.save(folder, { baseModel: 'base', task: 'causal-lm' });
    using file = new SafetensorsFile(join(folder, 'adapter_model.safetensors'));
    return new Map([...tensorsOf(file)].map(([name, tensor]) => [name, tensor.clone()]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function addOutput(
  report: FolderReport,
  name: string,
  { maxAbs, compared }: { maxAbs: number; compared: number },
) {
  report.outputs.push({ name, maxAbs: Number.isFinite(maxAbs) ? maxAbs : null, compared });
  if (!(maxAbs <= TOLERANCE))
    report.problems.push(`${name}: differs by ${maxAbs.toExponential(2)}, more than ${TOLERANCE}`);
}
