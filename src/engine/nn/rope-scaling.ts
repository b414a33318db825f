/** Frequencies of rotary positions, and ways to scale them (Hugging Face's modeling_rope_utils). */
import { table } from '../../base/table.ts';

/** A configuration's `rope_scaling` or `rope_parameters`, with its key names. */
export interface RopeScaling {
  rope_type: string;
  factor?: number;
  attention_factor?: number;
  beta_fast?: number;
  beta_slow?: number;
  mscale?: number;
  mscale_all_dim?: number;
  truncate?: boolean;
  short_factor?: readonly number[];
  long_factor?: readonly number[];
  /** Amplitudes for rows up to the pre-training length and for longer ones (PhiMoE). */
  short_mscale?: number;
  long_mscale?: number;
  low_freq_factor?: number;
  high_freq_factor?: number;
  original_max_position_embeddings?: number;
  partial_rotary_factor?: number;
}

export interface RopeOptions {
  /** Number of rotated features of a head: all, or the first `size`. */
  size: number;
  theta: number;
  scaling: RopeScaling;
  /** Maximum position in pre-training. */
  maxPositions: number;
  /** Whether adjacent features are rotated together instead of features half a head apart. */
  turnsNeighbours?: boolean;
}

/** Rotation speeds of feature pairs. */
export interface Frequencies {
  /** Factor of cosines and sines, possibly depending on the row's length. */
  amplitude: number | ((regime: number) => number);
  /** Set of frequencies for a row of this length, if they depend on it. */
  regimeOf?(length: number): number;
  /** Whether cached keys rotated with other frequencies must be recomputed. */
  isStrict?: boolean;
  /** Angle per position of each feature pair: [size / 2]. */
  inverse(regime: number): Float32Array;
}

type Kind = (options: RopeOptions) => Frequencies;

const kinds: Readonly<Record<string, Kind>> = table({
  default: plain,
  linear,
  dynamic,
  yarn,
  longrope,
  llama3,
  proportional,
});

export const ropeTypes: readonly string[] = Object.keys(kinds);

/** Required keys of each scaling type. */
export const ropeNeeds: Readonly<Record<string, readonly (keyof RopeScaling)[]>> = table({
  linear: ['factor'],
  dynamic: ['factor'],
  longrope: ['short_factor', 'long_factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'],
});

export function frequenciesOf(options: RopeOptions): Frequencies {
  return kinds[options.scaling.rope_type](options);
}

/** How much a scaling slows down each frequency: [size / 2]. */
export function ropeFactors(options: RopeOptions): Float32Array {
  const slowed = frequenciesOf(options).inverse(0);
  return inverseOf(options).map((inverse, i) => inverse / slowed[i]);
}

function inverseOf({ size, theta }: Pick<RopeOptions, 'size' | 'theta'>): Float32Array {
  return Float32Array.from({ length: size / 2 }, (_, i) => 1 / theta ** ((2 * i) / size));
}

function fixed(inverse: Float32Array, amplitude = 1): Frequencies {
  return { amplitude, inverse: () => inverse };
}

function plain(options: RopeOptions): Frequencies {
  return fixed(inverseOf(options));
}

function linear(options: RopeOptions): Frequencies {
  const { factor = 1 } = options.scaling;
  return fixed(inverseOf(options).map((inverse) => inverse / factor));
}

/** Dynamic NTK: the base grows with the row's length beyond the pre-training length. */
function dynamic({ size, theta, scaling: { factor = 1 }, maxPositions }: RopeOptions): Frequencies {
  return {
    amplitude: 1,
    regimeOf: (length) => Math.max(length, maxPositions),
    inverse(length) {
      const stretch = (factor * length) / maxPositions - (factor - 1);
      return inverseOf({ size, theta: theta * stretch ** (size / (size - 2)) });
    },
  };
}

/** YaRN: high frequencies stay, low ones are divided, with a ramp in between (Peng et al., 2023). */
function yarn(options: RopeOptions): Frequencies {
  const { size, theta, scaling, maxPositions } = options;
  const known = scaling.original_max_position_embeddings ?? maxPositions;
  const factor = scaling.factor ?? maxPositions / known;
  // Zero means the default, as in the reference.
  const [fast, slow] = [scaling.beta_fast || 32, scaling.beta_slow || 1];
  const placeOf = (turns: number) => (size * Math.log(known / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const isCut = scaling.truncate ?? true;
  const low = Math.max(isCut ? Math.floor(placeOf(fast)) : placeOf(fast), 0);
  const high = Math.min(isCut ? Math.ceil(placeOf(slow)) : placeOf(slow), size - 1);
  const width = high === low ? 0.001 : high - low;
  const inverse = inverseOf(options).map((own, i) => {
    const share = Math.min(Math.max((i - low) / width, 0), 1);
    return (own / factor) * share + own * (1 - share);
  });
  return fixed(inverse, yarnAmplitude(factor, scaling));
}

function yarnAmplitude(factor: number, scaling: RopeScaling): number {
  const { attention_factor: given, mscale, mscale_all_dim: overall } = scaling;
  if (given !== undefined) return given;
  const growth = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  return mscale && overall ? growth(mscale) / growth(overall) : growth(1);
}

/** LongRoPE: separate lists of factors for rows up to the pre-training length and for longer ones (Ding et al., 2024). */
function longrope(options: RopeOptions): Frequencies {
  const { scaling, maxPositions } = options;
  const { short_factor: short = [], long_factor: long = [], attention_factor: given } = scaling;
  const known = scaling.original_max_position_embeddings ?? maxPositions;
  const factor = scaling.factor ?? maxPositions / known;
  const growth = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(known));
  const { short_mscale: ofKnown, long_mscale: ofLonger } = scaling;
  const amplitudes = [ofKnown, ofLonger].map((own) => own ?? given ?? growth);
  const own = inverseOf(options);
  const [ofShort, ofLong] = [short, long].map((factors) => own.map((inverse, i) => inverse / factors[i]));
  return {
    amplitude: amplitudes[0] === amplitudes[1] ? amplitudes[0] : (regime) => amplitudes[regime],
    regimeOf: (length) => (length > known ? 1 : 0),
    isStrict: true,
    inverse: (regime) => (regime === 1 ? ofLong : ofShort),
  };
}

/** Low frequencies are divided, high ones stay, with a smooth transition (Llama 3.1). */
function llama3(options: RopeOptions): Frequencies {
  const {
    factor = 1,
    low_freq_factor: low = 1,
    high_freq_factor: high = 4,
    original_max_position_embeddings: known = 8192,
  } = options.scaling;
  const inverse = inverseOf(options).map((own) => {
    const wavelength = (2 * Math.PI) / own;
    if (wavelength < known / high) return own;
    if (wavelength > known / low) return own / factor;
    const smooth = (known / wavelength - low) / (high - low);
    return ((1 - smooth) * own) / factor + smooth * own;
  });
  return fixed(inverse);
}

/** Whole heads are rotated, except at the lowest frequencies, which are 0 (Gemma 4). */
function proportional(options: RopeOptions): Frequencies {
  const { factor = 1, partial_rotary_factor: share = 1 } = options.scaling;
  const turning = Math.floor((share * options.size) / 2);
  return fixed(inverseOf(options).map((inverse, i) => (i < turning ? inverse / factor : 0)));
}
