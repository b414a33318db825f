// B numbers
import { dtypeCode } from '../dtype.ts';
import { aten } from '../operators.ts';
import type { Tensor } from '../tensor.ts';

/** Bytes of values as f16: f32 [B] → u8 [B, 2] */
export function halfBytes(scale: Tensor): Tensor {
  return aten.view.dtype(scale.to('f16').contiguous().unsqueeze(1), dtypeCode.u8);
}

/** The f16 at an offset in each row: u8 [B, n] → f32 [B, 1] */
export function halfAt(bytes: Tensor, at: number): Tensor {
  return aten.view.dtype(bytes.narrow(1, at, 2).contiguous(), dtypeCode.f16).to('f32');
}
