import {
  aten,
  attune,
  backward,
  cat,
  fromArray,
  grad,
  noGrad,
  scope,
  tensor,
  type Tensor,
} from '../../engine/tensor/index.ts';
import { attention, layoutOfRows } from '../../engine/nn/index.ts';
import { keyedNormal } from '../../models/initialise.ts';
import { judged, type Check } from './machine-check.ts';

/** Compares every native kernel with plain operators on this machine. */
export function kernelChecks(): Check[] {
  return [
    logProbs('f32'),
    logProbs('bf16'),
    attentionOverLayout('f32'),
    attentionOverLayout('bf16'),
    attentionToSlots('f32'),
    attentionToSlots('bf16'),
    singleColumns(),
    keyedNumbers(),
    gradients(),
  ];
}

type Compute = 'f32' | 'bf16';

const LIMIT: Record<Compute, number> = { f32: 1e-5, bf16: 3e-2 };

function normal(shape: readonly number[], path: string): Tensor {
  return keyedNormal(shape, { seed: 1, path }, 1);
}

function difference(a: Tensor, b: Tensor): number {
  return aten.amax.default(aten.abs.default(a.to('f32').sub(b.to('f32')))).item();
}

function compared(name: string, dtype: Compute, body: () => number): Check {
  const found = scope(body);
  return judged(`${name} ${dtype}`, `differs by ${found.toExponential(1)}`, {
    isGood: found <= LIMIT[dtype],
    otherwise: 'fail',
    fix: 'this libtorch gives different results here: please report it with the output of `attune doctor --json`',
  });
}

function logProbs(dtype: Compute): Check {
  return compared('log-probabilities', dtype, () =>
    noGrad(() => {
      const hidden = normal([33, 64], 'hidden').mul(0.3).to(dtype);
      const weight = normal([129, 64], 'weight').to(dtype);
      const targets = fromArray(BigInt64Array.from({ length: 33 }, (_, i) => BigInt((i * 31) % 129)));
      const [own] = attune.token_log_probs.default([hidden], [weight], undefined, targets);
      const plain = aten.linear
        .default(hidden, weight)
        .to('f32')
        .logSoftmax(-1)
        .gather(1, targets.unsqueeze(1))
        .squeeze(1);
      return difference(own, plain);
    }),
  );
}

/** Packed rows against each row alone with explicit softmax. */
function attentionOverLayout(dtype: Compute): Check {
  return compared('attention', dtype, () =>
    noGrad(() => {
      const lengths = [7, 19, 1];
      const make = (name: string, heads: number) => normal([27, heads, 16], name).to(dtype);
      const [q, k, v] = [make('q', 4), make('k', 2), make('v', 2)];
      const own = attention(q, k, v, { layout: layoutOfRows(lengths, { causal: true }) });
      const rows = lengths.map((length, row) => {
        const start = lengths.slice(0, row).reduce((sum, n) => sum + n, 0);
        return plainAttention([q, k, v].map((x) => x.narrow(0, start, length).to('f32')) as [Tensor, Tensor, Tensor]);
      });
      return difference(own, cat(rows));
    }),
  );
}

/** A row read in two parts, with its keys and values scattered over a cache. */
function attentionToSlots(dtype: Compute): Check {
  return compared('attention to a cache', dtype, () =>
    noGrad(() => {
      const make = (name: string, heads: number) => normal([21, heads, 16], name).to(dtype);
      const [q, k, v] = [make('q', 4), make('k', 2), make('v', 2)];
      const [keys, values] = [normal([64, 2, 16], 'keys').to(dtype), normal([64, 2, 16], 'values').to(dtype)];
      const slots = fromArray(Int32Array.from({ length: 21 }, (_, i) => (29 * i) % 64));
      const read = (start: number, count: number) => {
        const [newQ, newK, newV] = [q, k, v].map((x) => x.narrow(0, start, count));
        const seen = slots.narrow(0, 0, start + count);
        return attune.paged_attention.default(newQ, newK, newV, keys, values, seen, [0, count], [0, start + count]);
      };
      const own = cat([read(0, 20), read(20, 1)]);
      return difference(own, plainAttention([q, k, v].map((x) => x.to('f32')) as [Tensor, Tensor, Tensor]));
    }),
  );
}

function plainAttention([q, k, v]: [Tensor, Tensor, Tensor]): Tensor {
  const [T, H, D] = q.shape;
  const repeat = (x: Tensor) =>
    x
      .unsqueeze(2)
      .expand(T, x.shape[1], H / x.shape[1], D)
      .reshape(T, H, D)
      .transpose(0, 1);
  const scores = q
    .transpose(0, 1)
    .matmul(repeat(k).transpose(1, 2))
    .mul(1 / Math.sqrt(D));
  const later = aten.triu.default(aten.ones.default([T, T], { dtype: 'bool' }), { diagonal: 1 });
  return aten.masked_fill.Scalar(scores, later, Number.NEGATIVE_INFINITY).softmax(-1).matmul(repeat(v)).transpose(0, 1);
}

/** Single matrix columns as operand and output: libtorch may mistake them for contiguous when multiplying. */
function singleColumns(): Check {
  return compared('products of single columns', 'bf16', () =>
    noGrad(() => {
      const columnOf = (rows: number, name: string) => normal([rows, 3], name).to('bf16').narrow(1, 1, 1);
      const [a, b, sum] = [normal([40, 300], 'a').to('bf16'), columnOf(300, 'b'), columnOf(40, 'sum')];
      const plain = a.to('f32').matmul(b.to('f32').contiguous());
      const largest = aten.amax.default(aten.abs.default(plain)).item();
      const factor = difference(aten.mm.default(a, b), plain);
      const output = difference(aten.addmm_.default(sum, a, b.contiguous(), { beta: 0 }), plain);
      return Math.max(factor, output) / largest;
    }),
  );
}

/** The first number of Philox4x32-10 under key 0 and counter 0, as published with Random123: 6627e8d5. */
function keyedNumbers(): Check {
  return compared('random numbers', 'f32', () => {
    const [first] = attune.keyed_uniform.default(fromArray(BigInt64Array.of(0n)), 4, 0).toNumbers();
    return Math.abs(first - (0x6627e8d5 >>> 8) / 2 ** 24);
  });
}

/** `grad` and `backward` agree with the derivative of x³. */
function gradients(): Check {
  return compared('gradients', 'f32', () => {
    const x = tensor([0.5, -1.25, 2]).setRequiresGrad();
    const [first] = grad([x.pow(3).sum()], [x]);
    backward([x.pow(3).sum()]);
    const exact = tensor([0.75, 4.6875, 12]);
    return Math.max(difference(first as Tensor, exact), difference(x.grad as Tensor, exact));
  });
}
