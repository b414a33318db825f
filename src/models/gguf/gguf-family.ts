import type { Problem } from '../../base/errors.ts';
import type { GgufValue } from '../../engine/tensor/gguf/index.ts';
import type { RawConfig } from '../raw-config.ts';

/** An architecture of llama.cpp: its names, its layout and the keys of config.json that it reads. */
export interface GgufFamily {
  /** `general.architecture`, and the prefix of the settings. */
  architecture: string;
  /** Rotary positions turn neighbours in a head rather than its halves: rows of q and k come in that order. */
  rotatesNeighbours: boolean;
  /** Parameters that it reads besides the matrices and norms of Llama: ends of their names. */
  reads: readonly string[];
  /** Whether it reads `rope_freqs.weight`, which Llama 3's stretched positions need. */
  readsRopeFactors: boolean;
  /** Modules of a layer that have other names than Llama's. */
  names?: Readonly<Record<string, string>>;
  /** Norms multiply by one more than their weight, which llama.cpp wants added. */
  normsFromZero?: boolean;
  /** The configuration under the keys that are read here, where newer files have others. */
  read?(raw: RawConfig): RawConfig;
  /** An activation that is not its own; undefined where it is, and `hidden_act: silu` where this is left out. */
  activation?(raw: RawConfig): unknown;
  /** Settings of its own, behind the architecture's name. */
  settings?(raw: RawConfig): [string, GgufValue][];
  /** Deviations of a model from llama.cpp's assumptions. */
  problems?(raw: RawConfig): Problem[];
  /** Keys of config.json without a GGUF setting. */
  keeps?: readonly string[];
}
