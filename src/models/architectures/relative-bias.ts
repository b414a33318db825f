// n distances, H heads
import { Embedding, type DistanceBias } from '../../engine/nn/index.ts';
import { aten, wideType, type Tensor } from '../../engine/tensor/index.ts';

/** An embedding with its own initial standard deviation. */
export class Table extends Embedding {
  readonly #deviation: number;

  constructor(rows: number, width: number, deviation: number) {
    super(rows, width);
    this.#deviation = deviation;
  }

  override initialDeviation(): number {
    return this.#deviation;
  }
}

interface RelativeBiasShape {
  buckets: number;
  heads: number;
  /** Longer distances share the last bucket. */
  farthest: number;
  /** All buckets are for keys before the query. */
  isDecoder: boolean;
  /** Standard deviation of the initial values. */
  deviation: number;
}

/** A learned bias per head and distance bucket; buckets widen with the distance (Raffel et al., 2020). */
export class RelativeBias extends Table implements DistanceBias {
  readonly #isDecoder: boolean;
  readonly #farthest: number;

  constructor(shape: RelativeBiasShape) {
    super(shape.buckets, shape.heads, shape.deviation);
    this.#isDecoder = shape.isDecoder;
    this.#farthest = shape.farthest;
  }

  of(distances: Tensor): Tensor {
    return this.forward(this.#rangesOf(distances), wideType(this.weight.tensor.dtype));
  }

  /** Buckets of distances: a decoder uses all of them for earlier keys, an encoder half for each direction: int64 [n] → [n] */
  #rangesOf(distances: Tensor): Tensor {
    if (this.#isDecoder) return this.#byLength(aten.clamp_min.default(distances.neg(), 0), this.count);
    const half = Math.floor(this.count / 2);
    const side = aten.gt.Scalar(distances, 0).to('i64').mul(half);
    return side.add(this.#byLength(aten.abs.default(distances), half));
  }

  /** One bucket per short distance, then logarithmic ones; in f32, to match the reference's bucket boundaries. */
  #byLength(lengths: Tensor, ranges: number): Tensor {
    const exact = Math.floor(ranges / 2);
    const share = aten.log.default(lengths.to('f32').div(exact)).div(Math.log(this.#farthest / exact));
    const wide = share
      .mul(ranges - exact)
      .to('i64')
      .add(exact);
    const isShort = aten.lt.Scalar(lengths, exact);
    return aten.where.self(isShort, lengths, aten.clamp_max.default(wide, ranges - 1));
  }
}
