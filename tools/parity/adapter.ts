import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aten, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { difference } from './compare.ts';
import type { Tensors } from './input.ts';
import type { FolderReport } from './report.ts';

/** Absolute, or relative to the tensor's largest number where that is above 1. */
const GRADIENT_TOLERANCE = 1e-4;
/** Root mean square, relative: Adam moves a weight whose gradient is all rounding by as much as any other. */
const WEIGHT_TOLERANCE = 1e-2;

/** A file's tensors under the names of saved adapters; those of a living one contain the adapter's own name. */
export function adapterTensors(file: SafetensorsFile): Map<string, Tensor> {
  return new Map(file.names.map((name) => [name.replace(/(\.modules_to_save)?\.default\./, '.'), file.get(name)]));
}

/** The gradients of the first step. */
export function compareGradients(folder: string, own: Tensors, report: FolderReport): void {
  compareFile(folder, 'grads_step0', { own, report }, (got, wanted, maxAbs) => {
    const largest = aten.amax.default(aten.abs.default(wanted)).item();
    return maxAbs <= GRADIENT_TOLERANCE * Math.max(1, largest);
  });
}

/** The adapter after the last step. */
export function compareWeights(folder: string, own: Tensors, report: FolderReport): void {
  compareFile(folder, 'lora_final', { own, report }, (got, wanted) => {
    const norm = (x: Tensor) => aten.linalg_vector_norm.default(x).item();
    return norm(got.detach().sub(wanted)) <= WEIGHT_TOLERANCE * norm(wanted);
  });
}

type IsClose = (got: Tensor, wanted: Tensor, maxAbs: number) => boolean;

/** Compares tensors by name with a file of the reference's, if there is one; all of either side need a counterpart. */
function compareFile(
  folder: string,
  name: string,
  sides: { own: Tensors; report: FolderReport },
  isClose: IsClose,
): void {
  const path = join(folder, 'lora', `${name}.safetensors`);
  if (!existsSync(path)) return;
  const { own, report } = sides;
  const output = { name: `lora/${name}`, maxAbs: 0, compared: 0 };
  using file = new SafetensorsFile(path);
  scope(() => {
    const expected = adapterTensors(file);
    for (const key of new Set([...expected.keys(), ...own.keys()])) {
      const [got, wanted] = [own.get(key), expected.get(key)];
      if (wanted === undefined || got === undefined) {
        report.problems.push(
          `${output.name}: ${key} is not compared: only the ${wanted === undefined ? 'model' : 'reference'} has it`,
        );
        continue;
      }
      const { maxAbs, compared } = difference(got, wanted);
      output.maxAbs = Math.max(output.maxAbs, maxAbs);
      output.compared += compared;
      if (!isClose(got, wanted, maxAbs))
        report.problems.push(`${output.name}: ${key} differs by ${maxAbs.toExponential(2)}`);
    }
  });
  report.outputs.push({ ...output, maxAbs: Number.isFinite(output.maxAbs) ? output.maxAbs : null });
}
