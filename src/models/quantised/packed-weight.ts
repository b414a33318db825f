import { z } from 'zod';
import type { Weight } from '../../engine/nn/index.ts';
import type { DType, Tensor } from '../../engine/tensor/index.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';

/** One weight that a checkpoint stores in parts: packed numbers with their scales. */
export interface PackedWeight {
  /** Name of the dense weight: `model.layers.0.mlp.up_proj.weight`. */
  name: string;
  /** Names of the tensors that it is stored in. */
  parts: readonly string[];
  /** The dense weight in f32, as the layer multiplies with it: [out, in] */
  dense(): Tensor;
  /** The storage that keeps weights in this form, if there is one. */
  kind?: string;
  /** The weight in that form. `dtype`: its type before it was packed. */
  keep?(dtype: DType): Weight;
}

/** One way in which the hub's checkpoints are quantised: an entry of `quantization_config.quant_method`. */
export interface Quantisation {
  /**
   * The packed weights of a checkpoint.
   * @throws AttuneError E_QUANTISATION_UNSUPPORTED for a variant that is not read
   */
  find(files: CheckpointFiles, config: unknown): PackedWeight[];
}

/** Everything before a suffix, of the names that end in it. */
export function stemsOf(files: CheckpointFiles, suffix: string): string[] {
  return files.names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}

/** Those of the names that the checkpoint has. */
export function present(files: CheckpointFiles, names: readonly string[]): string[] {
  return names.filter((name) => files.has(name));
}

export const bits = (...known: readonly number[]) =>
  z.literal(known as [number, ...number[]], { error: `expected ${known.join(' or ')} bits` });

/** Elements of a row that share a scale; -1 where all of them do. */
export const groupSize = z.int().refine((size) => size === -1 || size > 0, 'expected a positive number, or -1');
