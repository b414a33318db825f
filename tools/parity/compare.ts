import { aten, fromArray, noGrad, scope, type Tensor } from '../../src/engine/tensor/index.ts';
import type { Output } from './outputs.ts';

/** The largest difference between an output and the reference's, over the tokens that are not padding. */
export function compareOutput(output: Output, expected: Tensor): { maxAbs: number; compared: number } {
  return noGrad(() =>
    scope(() => {
      const { grid } = output;
      const values = output.values.toDevice('cpu');
      if (grid === undefined) return difference(values.reshape(...expected.shape), expected);
      const places = fromArray(BigInt64Array.from(grid.places, BigInt));
      // Here a token's streams are adjacent; in the reference the streams are the first dimension.
      const isStreams = values.shape.length === 3 && expected.shape.length === 4;
      const reference = isStreams ? aten.permute.default(expected, [1, 2, 0, 3]) : expected;
      const [rows, width, ...rest] = reference.shape;
      if (rows !== grid.rows || width !== grid.width) {
        throw new Error(`the reference has [${rows}, ${width}] tokens, the model [${grid.rows}, ${grid.width}]`);
      }
      return difference(values, reference.reshape(rows * width, ...rest).indexSelect(0, places));
    }),
  );
}

/** NaN counts as the largest possible difference. */
export function difference(given: Tensor, reference: Tensor): { maxAbs: number; compared: number } {
  const [values, expected] = [given, reference].map((tensor) => tensor.toDevice('cpu'));
  if (values.shape.join() !== expected.shape.join()) {
    throw new Error(
      `the reference has the shape [${expected.shape.join(', ')}], the model [${values.shape.join(', ')}]`,
    );
  }
  if (values.size === 0) return { maxAbs: 0, compared: 0 };
  const maxAbs = aten.amax.default(aten.abs.default(values.to('f64').sub(expected.to('f64')))).item();
  return { maxAbs: Number.isNaN(maxAbs) ? Infinity : maxAbs, compared: values.size };
}
