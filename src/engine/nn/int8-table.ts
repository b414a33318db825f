// V rows of a table, D width, N tokens
import { aten, attune, empty, noGrad, scope, type DType, type Shape, type Tensor } from '../tensor/index.ts';
import type { Term } from './linear-fused.ts';
import type { KeptWeight, Parameter } from './module.ts';

/** Largest code; the range is symmetric, so that a row's sign can be flipped. */
const MOST = 127;
/** Replaces the scale of all-zero rows as a divisor. */
const LEAST = 1e-30;
/** Values to quantise at a time: intermediate results take several times their memory. */
const PIECE_VALUES = 1 << 22;

/** A frozen table of tokens in int8, with a scale per row; also the output matrix of a head. */
export class Int8Table implements KeptWeight {
  readonly shape: Shape;
  /** int8 [V, D] */
  readonly codes: Tensor;
  /** f32 [V] */
  readonly scales: Tensor;
  readonly #dtype: DType;

  /** Takes ownership of the tensors. `dtype`: the table's type before quantisation. */
  constructor(codes: Tensor, scales: Tensor, dtype: DType) {
    this.shape = codes.shape;
    this.codes = codes.own();
    this.scales = scales.own();
    this.#dtype = dtype;
  }

  get bytes(): number {
    return this.codes.bytes + this.scales.bytes;
  }

  dense(dtype: DType = this.#dtype): Tensor {
    return noGrad(() => attune.int8_rows_dense.default(this.codes, this.scales, dtype));
  }

  /** Heads read codes and scales directly. */
  operands(): undefined {
    return undefined;
  }

  /** Dequantises some rows: ids int64 [N] → [N, D] */
  rows(ids: Tensor, dtype: DType): Tensor {
    const [codes, scales] = [this.codes.indexSelect(0, ids), this.scales.indexSelect(0, ids)];
    return attune.int8_rows_dense.default(codes, scales, dtype);
  }

  moveTo(device: string): Int8Table {
    if (device === this.codes.device) return this;
    const moved = new Int8Table(this.codes.toDevice(device), this.scales.toDevice(device), this.#dtype);
    this.dispose();
    return moved;
  }

  dispose(): void {
    this.codes.dispose();
    this.scales.dispose();
  }
}

/** Rounds each row [V, D] by its largest magnitude. */
export function roundRows(table: Tensor): Int8Table {
  const { shape, dtype, device } = table;
  const [rows, width] = shape;
  const codes = empty(shape, { dtype: 'i8', device });
  const scales = empty([rows], { dtype: 'f32', device });
  const step = Math.max(1, Math.floor(PIECE_VALUES / width));
  for (let from = 0; from < rows; from += step) {
    const count = Math.min(step, rows - from);
    scope(() => {
      const piece = table.narrow(0, from, count).to('f32');
      const scale = aten.amax.default(aten.abs.default(piece), { dim: [1] }).div(MOST); // [count]
      const divisor = aten.clamp_min.default(scale, LEAST);
      codes.narrow(0, from, count).copy_(aten.round.default(piece.div(divisor.unsqueeze(1))));
      scales.narrow(0, from, count).copy_(scale);
    });
  }
  return new Int8Table(codes, scales, dtype);
}

/** A weight's product with hidden states as a term of logits; a table in int8 is read as it is stored. */
export function weightTerm(hidden: Tensor, parameter: Parameter): Term {
  const { form } = parameter;
  if (form instanceof Int8Table) return { hidden, weight: form.codes, scales: form.scales, parameter };
  return { hidden, weight: parameter.tensor, parameter };
}
