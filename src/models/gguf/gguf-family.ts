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
  /** Suffixes of parameters that llama.cpp reads besides Llama's matrices and norms. */
  reads?: readonly string[];
  /** Whether llama.cpp reads `rope_freqs.weight`, needed for Llama 3's scaled positions. */
  readsRopeFactors?: boolean;
  /** Names of a layer's modules, or of its parameters with their kind, that differ from Llama's. */
  names?: Readonly<Record<string, string>>;
  /** Names of parameters outside of the layers that differ from Llama's. */
  outside?: Readonly<Record<string, string>>;
  /** Layer parameters that the file stores in another layout, by checkpoint name (experts without their number). */
  layouts?(raw: RawConfig): Readonly<Record<string, TensorLayout>>;
  /** llama.cpp requires a separate head: the token table cannot be reused. */
  needsHead?: boolean;
  /** Supports partial rotary positions. */
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
  /** Converts and checks YaRN's attention factors itself. */
  hasOwnYarn?: boolean;
  /** Additional settings, with keys relative to the architecture's name; they replace general ones. */
  settings?(raw: RawConfig, given: RawConfig): GgufSetting[];
  /** Tensors without a corresponding parameter. */
  added?(raw: RawConfig): AddedTensor[];
  /** Paths of buffers that llama.cpp computes itself. */
  derived?: RegExp;
  /** Additional rotary scaling types that the family supports. */
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

/** A problem with the field unless the condition is met. */
export function unless(isMet: boolean, field: string, message: string): Problem[] {
  return isMet ? [] : [{ field, message }];
}
