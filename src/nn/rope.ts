// N tokens, H heads, D head size
import { aten, attune, cat, fromArray, type DType, type Tensor } from '../tensor/index.ts';

export interface RopeScaling {
  rope_type: string;
  factor?: number;
  low_freq_factor?: number;
  high_freq_factor?: number;
  original_max_position_embeddings?: number;
}

/** Cosines and sines for every token of a pass, f32 (f64 for an f64 pass): [N, D], both halves alike. */
export interface Rotation {
  cos: Tensor;
  sin: Tensor;
}

type Scale = (inverse: number, scaling: RopeScaling) => number;

/** Each kind of scaling maps an inverse frequency to another (HF modeling_rope_utils). */
const scalings: Record<string, Scale> = {
  default: (inverse) => inverse,
  linear: (inverse, { factor = 1 }) => inverse / factor,
  llama3: (inverse, scaling) => {
    const {
      factor = 1,
      low_freq_factor: low = 1,
      high_freq_factor: high = 4,
      original_max_position_embeddings: original = 8192,
    } = scaling;
    const wavelength = (2 * Math.PI) / inverse;
    if (wavelength < original / high) return inverse;
    if (wavelength > original / low) return inverse / factor;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * inverse) / factor + smooth * inverse;
  },
};

export const ropeTypes: readonly string[] = Object.keys(scalings);

/** Rotary position embeddings (Su et al., 2021) in Hugging Face's half-split order. */
export class Rope {
  readonly #inverse: Float32Array;

  constructor(headSize: number, theta: number, scaling: RopeScaling = { rope_type: 'default' }) {
    const scale = scalings[scaling.rope_type];
    this.#inverse = Float32Array.from(inverseFrequencies(headSize, theta), (inverse) => scale(inverse, scaling));
  }

  /** positions int64 [N] → the rotation; never rounded to the type of the pass. */
  rotation(positions: Tensor, dtype: DType): Rotation {
    const wide = dtype === 'f64' ? 'f64' : 'f32';
    const inverse = fromArray(this.#inverse).to(wide).toDevice(positions.device);
    const angles = positions.to(wide).unsqueeze(1).mul(inverse); // [N, D/2]
    const both = cat([angles, angles], 1); // [N, D]
    return { cos: aten.cos.default(both), sin: aten.sin.default(both) };
  }
}

/** By how much a scaling slows each frequency of a head: [D/2]. */
export function ropeFactors(headSize: number, theta: number, scaling: RopeScaling): Float32Array {
  const scale = scalings[scaling.rope_type];
  return Float32Array.from(inverseFrequencies(headSize, theta), (inverse) => inverse / scale(inverse, scaling));
}

function inverseFrequencies(headSize: number, theta: number): Float32Array {
  return Float32Array.from({ length: headSize / 2 }, (_, i) => 1 / theta ** ((2 * i) / headSize));
}

/** x [N, H, D] turned by its tokens' angles. */
export function rotate(x: Tensor, rotation: Rotation): Tensor {
  return attune.rope.default(x, rotation.cos, rotation.sin);
}
