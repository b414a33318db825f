import { join } from 'node:path';
import { readJson } from '../../../src/files/json.ts';
import { SafetensorsFile, type Tensor } from '../../../src/engine/tensor/index.ts';

/** A group of reference values: NAME.json with its cases, and the tensor files next to it. */
export interface Group {
  name: string;
  /** Settings in NAME.json other than the cases. */
  about: Readonly<Record<string, unknown>>;
  cases: Readonly<Record<string, ReferenceCase>>;
  /** Tensors of `INPUTS.safetensors`. */
  inputs: ReadonlyMap<string, Tensor>;
  /** Tensors of `NAME_grads.safetensors` or `NAME_out.safetensors`. */
  outputs: ReadonlyMap<string, Tensor>;
}

export interface ReferenceCase {
  loss: number;
  options?: Readonly<Record<string, unknown>>;
  metrics?: Readonly<Record<string, number>>;
  [key: string]: unknown;
}

/** Our results for a case. */
export interface CaseResult {
  loss: Tensor;
  /** Further values by the reference's names; compared with the case's own numbers. */
  numbers?: Readonly<Record<string, Tensor | number>>;
  /** Gradients, if they exist, and other tensors, by the name in the reference's outputs without the case's name. */
  tensors(): Readonly<Record<string, Tensor | undefined>>;
}

/** Why a case is not compared: the reference's version differs intentionally. */
export interface OtherVersion {
  skipped: string;
}

/** Computes one case of a group. */
export type CaseRunner = (group: Group, name: string) => CaseResult | OtherVersion;

/** Tensors of a file, owned by the current scope. */
export function tensorsOf(path: string): Map<string, Tensor> {
  using file = new SafetensorsFile(path);
  return new Map(file.names.map((name) => [name, file.get(name).clone()]));
}

export function readGroup(folder: string, name: string, files: { inputs: string; outputs: string }): Group {
  const { cases, ...about } = readJson<{ cases: Record<string, ReferenceCase> }>(join(folder, `${name}.json`));
  const [inputs, outputs] = [files.inputs, files.outputs].map((file) => tensorsOf(join(folder, `${file}.safetensors`)));
  return { name, about, cases, inputs, outputs };
}

/** An input as a leaf with a gradient. */
export function leaf({ inputs }: Group, name: string): Tensor {
  return input(inputs, name).clone().detach().setRequiresGrad();
}

export function input(inputs: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const found = inputs.get(name);
  if (found === undefined) throw new Error(`the reference has no ${name}`);
  return found;
}
