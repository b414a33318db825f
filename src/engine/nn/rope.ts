// N tokens, H heads, D head size, r features of it that are turned, U different frequencies of a pass
import { aten, attune, cat, fromArray, type DType, type Tensor } from '../tensor/index.ts';
import { frequenciesOf, type Frequencies, type RopeOptions } from './rope-scaling.ts';
import { lengthsOfRows, segmentLengths, type Layout } from './layout.ts';

/** Cosines and sines for every token of a pass, f32 (f64 for an f64 pass): [N, r], both halves alike. */
export interface Rotation {
  cos: Tensor;
  sin: Tensor;
}

/** Rotary position embeddings (Su et al., 2021) in Hugging Face's half-split order. */
export class Rope {
  readonly #frequencies: Frequencies;

  constructor(options: RopeOptions) {
    this.#frequencies = frequenciesOf(options);
  }

  /** Set of frequencies for a row of this length: rows of one regime share them. */
  regimeOf(length: number): number {
    return this.#frequencies.regimeOf?.(length) ?? 0;
  }

  /**
   * Whether the keys of a row must be recomputed when it grows from one length to the other: as the reference does
   * for LongRoPE, but not for a base that grows with each token.
   */
  outdates(from: number, to: number): boolean {
    return this.#frequencies.isStrict === true && this.regimeOf(from) !== this.regimeOf(to);
  }

  /** positions int64 [N] of a layout's tokens → the rotation; never rounded to the type of the pass. */
  rotation(positions: Tensor, layout: Layout, dtype: DType): Rotation {
    const wide = dtype === 'f64' ? 'f64' : 'f32';
    const inverse = this.#inverseOf(layout).to(wide).toDevice(positions.device); // [r/2] or [N, r/2]
    const angles = positions.to(wide).unsqueeze(1).mul(inverse); // [N, r/2]
    const both = cat([angles, angles], 1); // [N, r]
    const { amplitude } = this.#frequencies;
    const [cos, sin] = [aten.cos.default(both), aten.sin.default(both)];
    return amplitude === 1 ? { cos, sin } : { cos: cos.mul(amplitude), sin: sin.mul(amplitude) };
  }

  #inverseOf(layout: Layout): Tensor {
    const { regimeOf, inverse } = this.#frequencies;
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

/** x [N, H, D] with the first r features of each head turned by its token's angles. */
export function rotate(x: Tensor, rotation: Rotation): Tensor {
  const [, , size] = x.shape;
  const [, turned] = rotation.cos.shape;
  if (turned === size) return attune.rope.default(x, rotation.cos, rotation.sin);
  const [first, rest] = x.split([turned, size - turned], 2);
  return cat([attune.rope.default(first, rotation.cos, rotation.sin), rest], 2);
}
