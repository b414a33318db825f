import { aten, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import { keyedNormal } from '../../models/initialise.ts';
import { attention, layoutOfRows } from '../../engine/nn/index.ts';

/** Speed of this machine for the shapes that dominate training. */
export interface Rates {
  /** Matrix product [1706, 576] × [576, 1536], in 10⁹ operations per second. */
  bf16Gflops: number;
  f32Gflops: number;
  /** Attention over eight rows of 256 tokens with nine heads of 64 in f32, in milliseconds. */
  attentionMs: number;
}

export function measureRates(rounds: number): Rates {
  return scope(() => ({
    bf16Gflops: matrixProductRate('bf16', rounds),
    f32Gflops: matrixProductRate('f32', rounds),
    attentionMs: attentionTime(rounds),
  }));
}

/** Matrix product [1706, 576] × [576, 1536], best of several rounds: 10⁹ operations per second. */
export function matrixProductRate(dtype: 'bf16' | 'f32', rounds: number): number {
  return scope(() => {
    const x = keyedNormal([1706, 576], { seed: 1, path: 'x' }, 1).to(dtype);
    const weight = keyedNormal([1536, 576], { seed: 1, path: 'weight' }, 1).to(dtype);
    const seconds = best(rounds, () => aten.linear.default(x, weight));
    return (2 * 1706 * 576 * 1536) / seconds / 1e9;
  });
}

function attentionTime(rounds: number): number {
  const make = (path: string) => keyedNormal([2048, 9, 64], { seed: 1, path }, 1);
  const [q, k, v] = [make('q'), make('k'), make('v')];
  const layout = layoutOfRows(
    Array.from({ length: 8 }, () => 256),
    { causal: true },
  );
  return best(rounds, () => attention(q, k, v, { layout })) * 1000;
}

/** Fastest of several rounds, in seconds. */
function best(rounds: number, body: () => Tensor): number {
  let quickest = Number.POSITIVE_INFINITY;
  noGrad(() => {
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      scope(() => {
        body();
      });
      quickest = Math.min(quickest, performance.now() - started);
    }
  });
  return quickest / 1000;
}
