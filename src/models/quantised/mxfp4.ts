// E experts, O out-features, I in-features, G = I / 32 blocks
import { aten, fromArray, stack, type Tensor } from '../../engine/tensor/index.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';

/** Values of a 4-bit float: sign, two exponent bits, one mantissa bit. */
const MAGNITUDES = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
const VALUES = Float32Array.from([...MAGNITUDES, ...MAGNITUDES.map((value) => -value)]);
/** Bias of a block's exponent. */
const EXPONENT_BIAS = 127;

/**
 * 4-bit floating-point experts in blocks of 32 that share a power of two (OCP Microscaling Formats, 2023; gpt-oss).
 * Packed by rows of out-features, whereas a layer multiplies with [E, in, out].
 */
export const quantisation: Quantisation = {
  find: (files) => stemsOf(files, '_blocks').map((name) => packedWeight(files, name)),
};

function packedWeight(files: CheckpointFiles, name: string): PackedWeight {
  const [blocks, scales] = [`${name}_blocks`, `${name}_scales`];
  return {
    name,
    parts: [blocks, scales],
    dense() {
      const values = unpacked(files.get(blocks)); // [E, O, G, 32]
      const powers = aten.exp2.default(files.get(scales).to('f32').sub(EXPONENT_BIAS)); // [E, O, G]
      return values.mul(powers.unsqueeze(-1)).flatten(-2).transpose(1, 2); // [E, I, O]
    },
  };
}

/** Two codes per byte, low nibble first: u8 [E, O, G, 16] → f32 [E, O, G, 32] */
function unpacked(packed: Tensor): Tensor {
  const bytes = packed.to('i32');
  const codes = stack([aten.bitwise_and.Scalar(bytes, 0xf), aten.bitwise_right_shift.Tensor_Scalar(bytes, 4)], -1);
  const values = fromArray(VALUES).indexSelect(0, codes.flatten());
  return values.reshape(...packed.shape.slice(0, -1), 2 * packed.shape[packed.shape.length - 1]);
}
