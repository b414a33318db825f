import type { Problem } from '../../base/errors.ts';
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';

/** An architecture of llama.cpp: names, memory layout, and the config.json keys that it reads. */
export interface GgufFamily {
  /** `general.architecture`, and the prefix of the settings. */
  architecture: string;
  /** Rotates neighbouring features instead of halves, so rows of q and k are reordered. */
  rotatesNeighbours: boolean;
  /** Suffixes of parameters that it reads besides Llama's matrices and norms. */
  reads: readonly string[];
  /** Whether it reads `rope_freqs.weight`, needed for Llama 3's scaled positions. */
  readsRopeFactors: boolean;
  /** Modules of a layer whose names differ from Llama's. */
  names?: Readonly<Record<string, string>>;
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
  /** Additional settings, with keys relative to the architecture's name. */
  settings?(raw: RawConfig): [string, GgufValue][];
  /** Deviations of a model from llama.cpp's assumptions. */
  problems?(raw: RawConfig): Problem[];
  /** config.json keys without a GGUF setting. */
  keeps?: readonly string[];
}
