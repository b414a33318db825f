import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { aten, SafetensorsFile, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import { difference } from './compare.ts';
import type { Tensors } from './input.ts';
import type { FolderReport } from './report.ts';

/** Absolute; relative to the tensor's largest value if that is above 1. */
const GRADIENT_TOLERANCE = 1e-4;
/** Relative root mean square: Adam moves a weight whose gradient is only rounding error as far as any other. */
const WEIGHT_TOLERANCE = 1e-2;

/** The tensors of a file under their saved names; names in a live adapter contain the name of the adapter. */
export function adapterTensors(file: SafetensorsFile): Map<string, Tensor> {
  return new Map(file.names.map((name) => [name.replace(/(\.modules_to_save)?\.default\./, '.'), file.get(name)]));
}

/** Gradients of the first step. */
export function compareGradients(folder: string, own: Tensors, report: FolderReport): void {
  compareFile(folder, 'grads_step0', { own, report }, (got, wanted, maxAbs) => {
    const largest = aten.amax.default(aten.abs.default(wanted)).item();
    return maxAbs <= GRADIENT_TOLERANCE * Math.max(1, largest);
  });
}

/** Adapter after the last step. */
export function compareWeights(folder: string, own: Tensors, report: FolderReport): void {
  compareFile(folder, 'lora_final', { own, report }, (got, wanted) => {
    const norm = (x: Tensor) => aten.linalg_vector_norm.default(x).item();
    return norm(got.detach().toDevice('cpu').sub(wanted)) <= WEIGHT_TOLERANCE * norm(wanted);
  });
}

type IsClose = (got: Tensor, wanted: Tensor, maxAbs: number) => boolean;

/**
 * Compares tensors by name with a file of the reference's, if it exists. Every tensor needs a counterpart on the other
 * side.
 */
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
