// N tokens, H heads, D head size, r rotated features, U distinct frequencies of a pass
import { aten, attune, cat, fromArray, wideType, type DType, type Tensor } from '../tensor/index.ts';
import { frequenciesOf, type Frequencies, type RopeOptions } from './rope-scaling.ts';
import { lengthsOfRows, segmentLengths, type Layout } from './layout.ts';

/** Cosines and sines for every token of a pass, f32 (f64 for an f64 pass): [N, r], both halves equal. */
export interface Rotation {
  cos: Tensor;
  sin: Tensor;
  /** Whether adjacent features are rotated together instead of features half of r apart. */
  turnsNeighbours?: boolean;
}

/** Position axis of a feature pair, and the index of its frequency in `RopeOptions`. */
export interface RopePair {
  axis: number;
  frequency: number;
}

/** Rotary position embeddings (Su et al., 2021), in Hugging Face's half-split order or the paper's interleaved one. */
export class Rope {
  readonly #frequencies: Frequencies;
  readonly #turnsNeighbours: boolean;
  readonly #pairs: readonly RopePair[] | undefined;

  /** `pairs`: for layouts with several position axes, the axis of each feature pair [r/2]. */
  constructor(options: RopeOptions, pairs?: readonly RopePair[]) {
    this.#frequencies = frequenciesOf(options);
    this.#turnsNeighbours = options.turnsNeighbours ?? false;
    this.#pairs = pairs;
  }

  /** Set of frequencies for a row of this length, shared by all rows of the regime. */
  regimeOf(length: number): number {
    return this.#frequencies.regimeOf?.(length) ?? 0;
  }

  /**
   * Whether a row's keys must be recomputed when it grows from one length to the other: as in the reference, for
   * LongRoPE, but not for a base that grows with each token.
   */
  outdates(from: number, to: number): boolean {
    return this.#frequencies.isStrict === true && this.regimeOf(from) !== this.regimeOf(to);
  }

  /** positions int64 [N] of a layout's tokens → rotation, at full precision. */
  rotation(positions: Tensor, layout: Layout, dtype: DType): Rotation {
    const wide = wideType(dtype);
    const inverse = this.#inverseOf(layout).to(wide).toDevice(positions.device); // [r/2] or [N, r/2]
    const angles = this.#byAxes(layout, inverse) ?? positions.to(wide).unsqueeze(1).mul(inverse); // [N, r/2]
    const both = cat([angles, angles], 1); // [N, r]
    const amplitude = this.#amplitudeOf(layout, both);
    const [cos, sin] = [aten.cos.default(both), aten.sin.default(both)];
    const turnsNeighbours = this.#turnsNeighbours;
    if (amplitude === 1) return { cos, sin, turnsNeighbours };
    return { cos: cos.mul(amplitude), sin: sin.mul(amplitude), turnsNeighbours };
  }

  /** One for all tokens, or one per token: [N, 1] */
  #amplitudeOf(layout: Layout, like: Tensor): number | Tensor {
    const { amplitude } = this.#frequencies;
    if (typeof amplitude === 'number') return amplitude;
    return this.#ofRegimes(layout, (regime) => Float32Array.of(amplitude(regime)))
      .to(like.dtype)
      .toDevice(like.device);
  }

  #byAxes({ axes }: Layout, inverse: Tensor): Tensor | undefined {
    const pairs = this.#pairs;
    if (pairs === undefined || axes === undefined) return undefined;
    const select = (x: Tensor, dimension: number, places: readonly number[]) =>
      x.indexSelect(dimension, fromArray(BigInt64Array.from(places, BigInt)).toDevice(x.device));
    const table = cat(
      axes.map((axis) => fromArray(axis).unsqueeze(1)),
      1,
    ).toDevice(inverse.device); // [N, axes]
    const positions = select(
      table.to(inverse.dtype),
      1,
      pairs.map(({ axis }) => axis),
    );
    return positions.mul(
      select(
        inverse,
        inverse.shape.length - 1,
        pairs.map(({ frequency }) => frequency),
      ),
    );
  }

  /** [r/2] or [N, r/2] */
  #inverseOf(layout: Layout): Tensor {
    return this.#ofRegimes(layout, (regime) => this.#frequencies.inverse(regime));
  }

  /** n numbers for all tokens, or per token if rows have several regimes: [n] or [N, n] */
  #ofRegimes(layout: Layout, inverse: (regime: number) => Float32Array): Tensor {
    const { regimeOf } = this.#frequencies;
    if (regimeOf === undefined) return fromArray(inverse(0));
    const regimes = lengthsOfRows(layout).map(regimeOf);
    const different = [...new Set(regimes)];
    if (different.length === 1) return fromArray(inverse(different[0]));
    const table = Float32Array.from(different.flatMap((regime) => [...inverse(regime)]));
    const lengths = segmentLengths(layout);
    const ofTokens = regimes.flatMap((regime, segment) => {
      return Array<bigint>(lengths[segment]).fill(BigInt(different.indexOf(regime)));
    });
    const rows = fromArray(table, [different.length, table.length / different.length]); // [U, r/2]
    return rows.indexSelect(0, fromArray(BigInt64Array.from(ofTokens))); // [N, r/2]
  }
}

/** Rotates the first r features of each head of x [N, H, D] by its token's angles. */
export function rotate(x: Tensor, rotation: Rotation): Tensor {
  const [, , size] = x.shape;
  const [, turned] = rotation.cos.shape;
  if (turned === size) return turn(x, rotation);
  const [first, rest] = x.split([turned, size - turned], 2);
  return cat([turn(first, rotation), rest], 2);
}

function turn(x: Tensor, { cos, sin, turnsNeighbours }: Rotation): Tensor {
  if (!turnsNeighbours) return attune.rope.default(x, cos, sin);
  const [N, H, r] = x.shape;
  const halves = x
    .reshape(N, H, r / 2, 2)
    .transpose(2, 3)
    .flatten(2);
  return attune.rope
    .default(halves, cos, sin)
    .reshape(N, H, 2, r / 2)
    .transpose(2, 3)
    .flatten(2);
}
