// B blocks of 32 or 256 values, S sub-blocks each; bytes in ggml's layout (ggml-common.h)
import { dtypeCode } from '../dtype.ts';
import { aten } from '../operators.ts';
import { scope } from '../scope.ts';
import { cat, stack, type Tensor } from '../tensor.ts';
import { halfAt, halfBytes } from './half-bytes.ts';
import { encodeQ4K, encodeQ6K } from './k-quants.ts';

/** A block quantisation format. */
interface BlockType {
  /** ggml's type number. */
  code: number;
  values: number;
  bytes: number;
  /** f32 [B, values] → u8 [B, bytes] */
  encode(blocks: Tensor): Tensor;
  /** u8 [B, bytes] → f32 [B, values] */
  decode(bytes: Tensor): Tensor;
}

export type BlockTypeName = 'q8_0' | 'q4_0' | 'q4_k' | 'q6_k';

export const blockTypes: Record<BlockTypeName, BlockType> = {
  q8_0: { code: 8, values: 32, bytes: 34, encode: encodeQ8, decode: decodeQ8 },
  q4_0: { code: 2, values: 32, bytes: 18, encode: encodeQ4, decode: decodeQ4 },
  q4_k: { code: 12, values: 256, bytes: 144, encode: encodeQ4K, decode: decodeQ4K },
  q6_k: { code: 14, values: 256, bytes: 210, encode: encodeQ6K, decode: decodeQ6K },
};

export function isBlockType(type: string): type is BlockTypeName {
  return Object.hasOwn(blockTypes, type);
}

/** Values to encode at a time, since intermediate results take many times their memory. */
const PIECE = 1 << 20;

/** Encodes a tensor row by row; rows must fill whole blocks. f32 […] → u8 [n / values · bytes] */
export function encodeBlocks(name: BlockTypeName, tensor: Tensor): Tensor {
  const { values, encode } = blockTypes[name];
  return inPieces(tensor.contiguous().reshape(-1, values), encode, values).flatten();
}

/** Decodes u8 bytes → f32 of the given shape. */
export function decodeBlocks(name: BlockTypeName, bytes: Tensor, shape: readonly number[]): Tensor {
  const { bytes: size, values, decode } = blockTypes[name];
  return inPieces(bytes.reshape(-1, size), decode, values).reshape(...shape);
}

function inPieces(blocks: Tensor, body: (piece: Tensor) => Tensor, values: number): Tensor {
  const [count] = blocks.shape;
  const step = Math.max(1, Math.floor(PIECE / values));
  const pieces: Tensor[] = [];
  for (let at = 0; at < count; at += step)
    pieces.push(scope(() => body(blocks.narrow(0, at, Math.min(step, count - at)))));
  return cat(pieces);
}

/** Rounds halves away from zero, as in C. */
function rounded(x: Tensor): Tensor {
  return aten.sign.default(x).mul(aten.floor.default(aten.abs.default(x).add(0.5)));
}

/** Reciprocal of the scale, or 0 if the scale is 0. */
function inverse(scale: Tensor): Tensor {
  return aten.where.self(aten.eq.Scalar(scale, 0), scale, aten.reciprocal.default(scale));
}

function encodeQ8(blocks: Tensor): Tensor {
  const scale = aten.amax.default(aten.abs.default(blocks), { dim: [1] }).div(127);
  const codes = rounded(blocks.mul(inverse(scale).unsqueeze(1))).to('i8');
  return cat([halfBytes(scale), aten.view.dtype(codes.contiguous(), dtypeCode.u8)], 1);
}

function decodeQ8(bytes: Tensor): Tensor {
  const codes = aten.view.dtype(bytes.narrow(1, 2, 32).contiguous(), dtypeCode.i8);
  return codes.to('f32').mul(halfAt(bytes, 0));
}

function encodeQ4(blocks: Tensor): Tensor {
  const place = aten.argmax.default(aten.abs.default(blocks), { dim: 1, keepdim: true });
  const scale = blocks.gather(1, place).squeeze(1).div(-8);
  const codes = aten.clamp_max.default(aten.floor.default(blocks.mul(inverse(scale).unsqueeze(1)).add(8.5)), 15);
  return cat([halfBytes(scale), packHalves(codes)], 1);
}

/** Packs value j into the low and value j + 16 into the high nibble: [B, 32] → u8 [B, 16] */
function packHalves(codes: Tensor): Tensor {
  const half = codes.shape[1] / 2;
  return codes
    .narrow(1, 0, half)
    .add(codes.narrow(1, half, half).mul(16))
    .to('u8');
}

/** u8 [B, n] → low and high nibbles, each [B, n] in f32 */
function nibbles(bytes: Tensor): [Tensor, Tensor] {
  return [aten.bitwise_and.Scalar(bytes, 15).to('f32'), aten.bitwise_right_shift.Tensor_Scalar(bytes, 4).to('f32')];
}

function decodeQ4(bytes: Tensor): Tensor {
  return cat(nibbles(bytes.narrow(1, 2, 16)), 1)
    .sub(8)
    .mul(halfAt(bytes, 0));
}

function decodeQ4K(bytes: Tensor): Tensor {
  const [scales, mins] = sixBits(bytes.narrow(1, 4, 12)); // [B, 8]
  const [low, high] = nibbles(bytes.narrow(1, 16, 128)); // [B, 128]
  const codes = stack([low.reshape(-1, 4, 32), high.reshape(-1, 4, 32)], 2).reshape(-1, 8, 32);
  const scale = scales.mul(halfAt(bytes, 0)).unsqueeze(2);
  const least = mins.mul(halfAt(bytes, 2)).unsqueeze(2);
  return codes.mul(scale).sub(least).reshape(-1, 256);
}

/** Unpacks eight 6-bit scales and eight 6-bit minima from twelve bytes. */
function sixBits(packed: Tensor): [Tensor, Tensor] {
  const [first, second, third] = [0, 4, 8].map((at) => packed.narrow(1, at, 4));
  const and = (x: Tensor, mask: number) => aten.bitwise_and.Scalar(x, mask).to('f32');
  const shifted = (x: Tensor, by: number) => aten.bitwise_right_shift.Tensor_Scalar(x, by).to('f32');
  const upper = (x: Tensor) => shifted(x, 6).mul(16);
  return [
    cat([and(first, 63), and(third, 15).add(upper(first))], 1),
    cat([and(second, 63), shifted(third, 4).add(upper(second))], 1),
  ];
}

function decodeQ6K(bytes: Tensor): Tensor {
  const low = bytes.narrow(1, 0, 128).reshape(-1, 2, 64);
  const high = bytes.narrow(1, 128, 64).reshape(-1, 2, 32);
  const scales = aten.view.dtype(bytes.narrow(1, 192, 16).contiguous(), dtypeCode.i8).to('f32');
  const [lower, upper] = nibbles(low); // [B, 2, 64]
  const fours = [lower.narrow(2, 0, 32), lower.narrow(2, 32, 32), upper.narrow(2, 0, 32), upper.narrow(2, 32, 32)];
  const codes = fours.map((four, i) => {
    const twos = aten.bitwise_and.Scalar(aten.bitwise_right_shift.Tensor_Scalar(high, 2 * i), 3).to('f32');
    return four.add(twos.mul(16)).sub(32);
  });
  const all = stack(codes, 2).reshape(-1, 16, 16); // [B, 16 sub-blocks, 16]
  return all.mul(scales.mul(halfAt(bytes, 208)).unsqueeze(2)).reshape(-1, 256);
}
