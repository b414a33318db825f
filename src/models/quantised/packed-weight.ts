import { z } from 'zod';
import type { KeptWeight } from '../../engine/nn/index.ts';
import type { DType, Tensor } from '../../engine/tensor/index.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';

/** A weight stored in several tensors: packed numbers and their scales. */
export interface PackedWeight {
  /** Name of the dense weight: `model.layers.0.mlp.up_proj.weight`. */
  name: string;
  /** Names of its tensors. */
  parts: readonly string[];
  /** The dense weight in f32, as the layer uses it: [out, in] */
  dense(): Tensor;
  /** Storage form that can keep the packed weight, if any. */
  kind?: string;
  /** The weight in that form. `dtype`: its type before quantisation. */
  keep?(dtype: DType): KeptWeight;
}

/** A quantisation method: an entry of `quantization_config.quant_method`. */
export interface Quantisation {
  /**
   * The packed weights of a checkpoint.
   *
   * @throws AttuneError E_QUANTISATION_UNSUPPORTED for unsupported variants
   */
  find(files: CheckpointFiles, config: unknown): PackedWeight[];
}

/** Names that end in a suffix, without it. */
export function stemsOf(files: CheckpointFiles, suffix: string): string[] {
  return files.names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}

/** The names that the checkpoint has. */
export function present(files: CheckpointFiles, names: readonly string[]): string[] {
  return names.filter((name) => files.has(name));
}

export const bits = (...known: readonly number[]) =>
  z.literal(known as [number, ...number[]], { error: `expected ${known.join(' or ')} bits` });

/** Elements of a row that share a scale; -1 for all of them. */
export const groupSize = z.int().refine((size) => size === -1 || size > 0, 'expected a positive number, or -1');
