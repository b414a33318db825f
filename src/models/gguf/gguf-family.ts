import type { Problem } from '../../base/errors.ts';
import type { RawConfig } from '../raw-config.ts';
import type { TensorLayout } from './layouts.ts';
import type { GgufSetting } from './values.ts';

/** An architecture of llama.cpp: names, memory layout, and the config.json keys that it reads. */
export interface GgufFamily {
  /** `general.architecture`, and the prefix of the settings. */
  architecture: string;
  /** Another architecture for some configurations. */
  variant?(raw: RawConfig): string | undefined;
  /** Rotates neighbouring features instead of halves, so rows of q and k are reordered. */
  rotatesNeighbours?: boolean;
  /** Suffixes of parameters that it reads besides Llama's matrices and norms. */
  reads?: readonly string[];
  /** Whether it reads `rope_freqs.weight`, needed for Llama 3's scaled positions. */
  readsRopeFactors?: boolean;
  /** Names of a layer's modules, or of its parameters with their kind, that differ from Llama's. */
  names?: Readonly<Record<string, string>>;
  /** Names of parameters outside of the layers that differ from Llama's. */
  outside?: Readonly<Record<string, string>>;
  /** Parameters of a layer that are stored in another form, by their names in checkpoints (experts without number). */
  layouts?(raw: RawConfig): Readonly<Record<string, TensorLayout>>;
  /** The head cannot be the token table. */
  needsHead?: boolean;
  /** Rotary positions may turn a part of each head. */
  turnsParts?: boolean;
  /** Norm weights are offsets from 1; llama.cpp expects the 1 to be included. */
  normsFromZero?: boolean;
  /** Translates newer keys to the ones read here. */
  read?(raw: RawConfig): RawConfig;
  /**
   * Returns an activation that llama.cpp does not support; undefined if all is well. Without this, only `hidden_act:
   * silu` is accepted.
   */
  activation?(raw: RawConfig): unknown;
  /** Reads YaRN's factors of scores and amplitudes its own way, and checks them. */
  hasOwnYarn?: boolean;
  /** Additional settings, with keys relative to the architecture's name; they replace general ones. */
  settings?(raw: RawConfig, given: RawConfig): GgufSetting[];
  /** Tensors that no parameter is stored in. */
  added?(raw: RawConfig): AddedTensor[];
  /** Buffers that it computes itself, by their paths. */
  derived?: RegExp;
  /** Scalings of rotary positions that it reads in its own way. */
  ropeTypes?: readonly string[];
  /** Deviations of a model from llama.cpp's assumptions; `given`: its configuration without defaults. */
  problems?(raw: RawConfig, given: RawConfig): Problem[];
  /** config.json keys without a GGUF setting; `all` for families whose settings are derived from many keys. */
  keeps?: readonly string[] | 'all';
}

export interface AddedTensor {
  name: string;
  shape: readonly number[];
  values(): Float32Array;
}

/** A problem where a value is not the only one that llama.cpp computes with. */
export function unless(isMet: boolean, field: string, message: string): Problem[] {
  return isMet ? [] : [{ field, message }];
}
