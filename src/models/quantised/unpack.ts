// R rows, C columns, P numbers in one packed word
import { AttuneError } from '../../base/errors.ts';
import { aten, stack, type Shape, type Tensor } from '../../engine/tensor/index.ts';

const WORD = 32;

/**
 * Unpacks `bits`-bit unsigned numbers from 32-bit words, low bits first: i32 [R, W] → i32 [R, W·P].
 *
 * @param order position of each number within its word
 */
export function unpackColumns(packed: Tensor, bits: number, order?: readonly number[]): Tensor {
  const perWord = WORD / bits;
  const [rows, words] = packed.shape;
  const places = Array.from({ length: perWord }, (_, place) => order?.indexOf(place) ?? place);
  const parts = places.map((at) => numbersAt(packed, at * bits, bits));
  return stack(parts, 2).reshape(rows, words * perWord); // [R, W·P]
}

/** Unpacks words that run down the columns: i32 [W, C] → i32 [W·P, C] */
export function unpackRows(packed: Tensor, bits: number): Tensor {
  const perWord = WORD / bits;
  const [words, columns] = packed.shape;
  const parts = Array.from({ length: perWord }, (_, place) => numbersAt(packed, place * bits, bits));
  return stack(parts, 1).reshape(words * perWord, columns); // [W·P, C]
}

/** An arithmetic shift copies the sign bit; the mask removes the copies. */
function numbersAt(packed: Tensor, shift: number, bits: number): Tensor {
  return aten.bitwise_and.Scalar(aten.bitwise_right_shift.Tensor_Scalar(packed, shift), 2 ** bits - 1);
}

/** Elements that share a scale, down and across; undefined for a dimension with one scale, or with one per element. */
export interface Block {
  rows?: number;
  columns?: number;
}

/**
 * Expands scales (per weight, row, group or block) to one per element.
 *
 * @returns a shape that broadcasts to [R, C]
 * @throws AttuneError E_QUANTISATION_BAD if the scales do not cover the weight
 */
export function spread(scales: Tensor, [rows, columns]: Shape, block: Block = {}): Tensor {
  const flat = scales.shape.length < 2 ? scales.reshape(-1, 1) : scales;
  return spreadAlong(spreadAlong(flat, 0, { size: rows, block: block.rows }), 1, {
    size: columns,
    block: block.columns,
  });
}

function spreadAlong(scales: Tensor, dim: 0 | 1, { size, block }: { size: number; block?: number }): Tensor {
  const count = scales.shape[dim];
  if (count === 1 || count === size) return scales;
  if (block === undefined || Math.ceil(size / block) !== count) {
    throw new AttuneError('E_QUANTISATION_BAD', {
      what: 'The scales of a quantised weight do not match its size',
      got: `${count} scales for ${size} ${dim === 0 ? 'rows' : 'columns'}, ${block === undefined ? 'block size unknown' : `in blocks of ${block}`}`,
      fix: 'config.json and the weights belong to different models: fetch both again',
    });
  }
  return aten.repeat_interleave.self_int(scales, block, { dim }).narrow(dim, 0, size);
}
