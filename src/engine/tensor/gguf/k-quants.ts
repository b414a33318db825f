// B blocks of 256 values in 8 sub-blocks of 32, or 16 of 16. The searches are ggml's (ggml-quants.c).
import { dtypeCode } from '../dtype.ts';
import { aten } from '../operators.ts';
import { cat, type Tensor } from '../tensor.ts';
import { halfBytes } from './half-bytes.ts';

const amax = (x: Tensor) => aten.amax.default(x, { dim: [-1], keepdim: true });
const amin = (x: Tensor) => aten.amin.default(x, { dim: [-1], keepdim: true });
const abs = (x: Tensor) => aten.abs.default(x);
const nearest = (x: Tensor) => aten.round.default(x);
const clamp = (x: Tensor, min: number, max: number) => aten.clamp.default(x, { min, max });
const sum = (x: Tensor) => x.sum(-1).unsqueeze(-1);
const where = (condition: Tensor, x: Tensor, y: Tensor) => aten.where.self(condition, x, y);
/** x / y, or 0 if y is 0. */
const ratio = (x: Tensor, y: Tensor) => where(aten.eq.Scalar(y, 0), y.mul(0), x.div(y));

/** Scale and minimum of each sub-block that minimise errors weighted towards large values: [B, S, n] → [B, S, 1] each */
function scaleAndMinimum(x: Tensor, most: number): { scale: Tensor; least: Tensor } {
  const spread = sum(x.mul(x)).div(x.shape[2]).pow(0.5);
  const weights = abs(x).add(spread);
  const lowest = aten.clamp_max.default(amin(x), 0);
  const range = amax(x).sub(lowest);
  const [sumW, sumX] = [sum(weights), sum(weights.mul(x))];
  const errorOf = (scale: Tensor, minimum: Tensor, codes: Tensor) => {
    const off = codes.mul(scale).add(minimum).sub(x);
    return sum(weights.mul(off).mul(off));
  };
  let [scale, minimum] = [range.div(most), lowest];
  const plain = clamp(nearest(ratio(x.sub(lowest), scale)), 0, most);
  let best = errorOf(scale, minimum, plain);
  for (let step = 0; step <= 20; step++) {
    const codes = clamp(nearest(x.sub(lowest).mul(ratio(range.mul(0).add(most - 1 + 0.1 * step), range))), 0, most);
    const weighted = weights.mul(codes);
    const [sumL, sumLL, sumXL] = [sum(weighted), sum(weighted.mul(codes)), sum(weighted.mul(x))];
    const determinant = sumW.mul(sumLL).sub(sumL.mul(sumL));
    const fitted = ratio(sumW.mul(sumXL).sub(sumX.mul(sumL)), determinant);
    const offset = ratio(sumLL.mul(sumX).sub(sumL.mul(sumXL)), determinant);
    const isAbove = aten.gt.Scalar(offset, 0);
    const tried = where(isAbove, ratio(sumXL, sumLL), fitted);
    const lowered = aten.clamp_max.default(offset, 0);
    const error = errorOf(tried, lowered, codes);
    const isBetter = aten.logical_and.default(aten.gt.Scalar(determinant, 0), aten.lt.Tensor(error, best));
    [scale, minimum, best] = [
      where(isBetter, tried, scale),
      where(isBetter, lowered, minimum),
      where(isBetter, error, best),
    ];
  }
  return { scale, least: minimum.mul(-1) };
}

export function encodeQ4K(blocks: Tensor): Tensor {
  const x = blocks.reshape(-1, 8, 32);
  const { scale, least } = scaleAndMinimum(x, 15);
  const six = (values: Tensor) => {
    const largest = amax(values.squeeze(2)); // [B, 1]
    const codes = clamp(nearest(values.squeeze(2).mul(ratio(largest.mul(0).add(63), largest))), 0, 63);
    return { codes, unit: largest.squeeze(1).div(63) };
  };
  const [scales, mins] = [six(scale), six(least)];
  const asStored = (unit: Tensor) => unit.to('f16').to('f32').unsqueeze(1);
  const own = scales.codes.mul(asStored(scales.unit)).unsqueeze(2);
  const offset = mins.codes.mul(asStored(mins.unit)).unsqueeze(2);
  const codes = clamp(nearest(ratio(x.add(offset), own.expand(...x.shape))), 0, 15).reshape(-1, 4, 2, 32);
  const packed = codes.select(2, 0).add(codes.select(2, 1).mul(16)).reshape(-1, 128).to('u8');
  return cat([halfBytes(scales.unit), halfBytes(mins.unit), packSixBits(scales.codes, mins.codes), packed], 1);
}

/** Packs eight 6-bit scales and minima: [B, 8] twice → u8 [B, 12] */
function packSixBits(scales: Tensor, mins: Tensor): Tensor {
  const halves = (x: Tensor) => [x.narrow(1, 0, 4), x.narrow(1, 4, 4)];
  const [[firstScales, lastScales], [firstMins, lastMins]] = [halves(scales), halves(mins)];
  const upper = (x: Tensor) => aten.floor.default(x.div(16));
  const lower = (x: Tensor) => x.sub(upper(x).mul(16));
  return cat(
    [
      firstScales.add(upper(lastScales).mul(64)),
      firstMins.add(upper(lastMins).mul(64)),
      lower(lastScales).add(lower(lastMins).mul(16)),
    ],
    1,
  ).to('u8');
}

/** Scale of each sub-block that minimises errors weighted by the squared value: [B, S, n] → [B, S, 1] */
function signedScale(x: Tensor, most: number): Tensor {
  const place = aten.argmax.default(abs(x), { dim: 2, keepdim: true });
  const largest = x.gather(2, place);
  const weights = x.mul(x);
  const fit = (inverse: Tensor) => {
    const codes = clamp(nearest(x.mul(inverse)), -most, most - 1);
    const [sumXL, sumLL] = [sum(weights.mul(x).mul(codes)), sum(weights.mul(codes).mul(codes))];
    return { scale: ratio(sumXL, sumLL), gain: ratio(sumXL.mul(sumXL), sumLL) };
  };
  let { scale, gain } = fit(ratio(largest.mul(0).sub(most), largest));
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    const tried = fit(ratio(largest.mul(0).sub(most + 0.1 * step), largest));
    const isBetter = aten.gt.Tensor(tried.gain, gain);
    [scale, gain] = [where(isBetter, tried.scale, scale), where(isBetter, tried.gain, gain)];
  }
  return scale;
}

export function encodeQ6K(blocks: Tensor): Tensor {
  const x = blocks.reshape(-1, 16, 16);
  const scale = signedScale(x, 32).squeeze(2); // [B, 16]
  const place = aten.argmax.default(abs(scale), { dim: 1, keepdim: true });
  const largest = scale.gather(1, place); // [B, 1]
  const unit = largest.div(-128).squeeze(1);
  const scales = aten.clamp_max.default(nearest(scale.mul(ratio(largest.mul(0).sub(128), largest))), 127);
  const own = scales.mul(unit.to('f16').to('f32').unsqueeze(1)).unsqueeze(2);
  const codes = clamp(nearest(ratio(x, own.expand(...x.shape))), -32, 31).add(32);
  const parts = codes.reshape(-1, 2, 4, 32);
  const upper = aten.floor.default(parts.div(16));
  const lower = parts.sub(upper.mul(16));
  const at = (of: Tensor, i: number) => of.select(2, i);
  const low = cat([at(lower, 0).add(at(lower, 2).mul(16)), at(lower, 1).add(at(lower, 3).mul(16))], 2);
  const high = [0, 1, 2, 3].map((i) => at(upper, i).mul(4 ** i)).reduce((all, part) => all.add(part));
  const signed = aten.view.dtype(scales.to('i8').contiguous(), dtypeCode.u8);
  return cat([low.reshape(-1, 128).to('u8'), high.reshape(-1, 64).to('u8'), signed, halfBytes(unit)], 1);
}
