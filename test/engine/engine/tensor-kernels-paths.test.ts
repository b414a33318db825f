// N tokens, M keys, H heads, K key-value heads, D head size or width, V vocabulary
import { afterAll, describe, expect, it } from 'vitest';
import { kernelPaths, usualPath } from '../kernel-paths.ts';
import {
  aten,
  attune,
  backward,
  cat,
  fromArray,
  full,
  scope,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

/**
 * Every fused operator on every instruction set that this machine has, forward and backward, compared with its
 * composite definition in f64 on the same inputs. Sets that the processor lacks are skipped by name.
 */
afterAll(() => attune.kernels.default({ use: usualPath }));

interface Case {
  name: string;
  /** Shapes of the inputs that have gradients. */
  shapes: number[][];
  forward: (...inputs: Tensor[]) => Tensor;
}

/** Values between -2 and 2, determined by shape and seed. */
function values(shape: readonly number[], seed: number): Tensor {
  const [rows, ...inner] = shape;
  const width = inner.reduce((product, size) => product * size, 1);
  const places = fromArray(BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)));
  return attune.keyed_uniform
    .default(places, width, BigInt(seed))
    .reshape(...shape)
    .mul(4)
    .sub(2);
}

function offsetsOf(lengths: readonly number[]): number[] {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets[offsets.length - 1] + length);
  return offsets;
}

interface AttentionShape {
  queries: number[];
  keys?: number[];
  heads: [query: number, key: number];
  size: number;
  causal?: boolean;
  window?: number;
}

function attentionCase(name: string, shape: AttentionShape): Case {
  const { queries, keys = queries, heads, size, causal = true, window } = shape;
  const [queryOffsets, keyOffsets] = [offsetsOf(queries), offsetsOf(keys)];
  const [N, M] = [queryOffsets[queries.length], keyOffsets[keys.length]];
  return {
    name: `attention, ${name}`,
    shapes: [
      [N, heads[0], size],
      [M, heads[1], size],
      [M, heads[1], size],
    ],
    forward: (q, k, v) => attune.attention.default(q, k, v, queryOffsets, keyOffsets, { causal, window }),
  };
}

function ropeCase(tokens: number, heads: number, size: number): Case {
  return {
    name: `rope, ${tokens} tokens, ${heads} heads of ${size}`,
    shapes: [[tokens, heads, size]],
    forward: (x) => {
      const [cos, sin] = [values([tokens, size], 11), values([tokens, size], 12)].map((angle) =>
        angle.to(x.dtype === 'f64' ? 'f64' : 'f32'),
      );
      return attune.rope.default(x, cos, sin);
    },
  };
}

function logProbsCase(tokens: number, width: number, vocabulary: number, softcap = 0): Case {
  const targets = BigInt64Array.from({ length: tokens }, (_, i) => BigInt((i * 5) % vocabulary));
  return {
    name: `token_log_probs, ${tokens} of ${vocabulary}, soft-cap ${softcap}`,
    shapes: [
      [tokens, width],
      [vocabulary, width],
    ],
    forward: (hidden, weight) =>
      attune.token_log_probs.default([hidden.mul(0.25)], [weight], undefined, fromArray(targets), { softcap })[0],
  };
}

/** With a frozen weight: only hidden states have gradients. */
function frozenHeadCase(tokens: number, width: number, vocabulary: number): Case {
  const targets = BigInt64Array.from({ length: tokens }, (_, i) => BigInt((i * 5) % vocabulary));
  return {
    name: `token_log_probs under a frozen head, ${tokens} of ${vocabulary}`,
    shapes: [[tokens, width]],
    forward: (hidden) => {
      const weight = values([vocabulary, width], 31).to('bf16').to(hidden.dtype);
      return attune.token_log_probs.default([hidden], [weight], undefined, fromArray(targets), { scale: 0.5 })[0];
    },
  };
}

const pointwise = (rows: number, width: number): Case[] => [
  {
    name: `rms_norm, [${rows}, ${width}]`,
    shapes: [[rows, width], [width]],
    forward: (x, weight) => attune.rms_norm.default(x, weight, 1e-5),
  },
  {
    name: `swiglu, [${rows}, ${width}]`,
    shapes: [
      [rows, width],
      [rows, width],
    ],
    forward: (gate, up) => attune.swiglu.default(gate, up),
  },
];

function linearCase(rows: number, width: number, out: number): Case {
  return {
    name: `linear with a bias, [${rows}, ${width}] by [${out}, ${width}]`,
    shapes: [[rows, width], [out, width], [out]],
    forward: (x, weight, bias) => aten.linear.default(x, weight, { bias }),
  };
}

/** aᵀ × b over shared rows, from columns inside wider matrices. */
function rowSumsCase(rows: number, left: number, right: number): Case {
  return {
    name: `sums over ${rows} rows, ${left} columns by ${right}`,
    shapes: [
      [rows, left + 3],
      [rows, right],
    ],
    forward: (a, b) => a.narrow(1, 2, left).transpose(0, 1).matmul(b),
  };
}

/** Products whose sizes are no multiples of any block. */
const products: Case[] = [
  ...[1, 2, 3, 5, 8].map((rows) => linearCase(rows, 37, 30)),
  linearCase(9, 5000, 7),
  linearCase(2100, 3, 2060),
  // Packed panels of one, two and three vectors, strips of 8 and fewer rows, one and three blocks of depth.
  linearCase(70, 64, 100),
  linearCase(35, 130, 49),
  linearCase(37, 1602, 130),
  // More rows than one chunk, and a shorter last block of depth.
  linearCase(300, 1602, 149),
  // Low-rank factors: few columns, or a shallow depth.
  linearCase(61, 90, 8),
  linearCase(61, 90, 23),
  linearCase(61, 8, 90),
  // More rows than are summed at a time, also an odd number; groups, strips and vectors that end early.
  rowSumsCase(301, 16, 100),
  rowSumsCase(301, 100, 16),
  rowSumsCase(128, 5, 32),
  rowSumsCase(257, 33, 9),
  rowSumsCase(45, 64, 70),
  {
    name: 'linear, one row by one',
    shapes: [
      [1, 3],
      [1, 3],
    ],
    forward: (x, weight) => aten.linear.default(x, weight),
  },
  {
    name: 'a product added in place',
    shapes: [
      [20, 5],
      [20, 9],
      [9, 5],
    ],
    forward: (y, a, b) => aten.addmm_.default(y.clone(), a, b, { beta: 0.5, alpha: 3 }),
  },
  {
    name: 'a larger product added in place',
    shapes: [
      [45, 70],
      [45, 1700],
      [1700, 70],
    ],
    forward: (y, a, b) => aten.addmm_.default(y.clone(), a, b, { beta: 0.5, alpha: 3 }),
  },
  {
    name: 'products beside what counts nothing, not even where it is no number',
    shapes: [
      [40, 34],
      [34, 50],
    ],
    forward: (a, b) => {
      const none = full([40, 50], NaN).to(a.dtype);
      const inPlace = aten.addmm_.default(none.clone(), a, b, { beta: 0 });
      return inPlace.add(aten.addmm.default(none, a, b, { beta: 0 }));
    },
  },
  {
    name: 'products side by side',
    shapes: [
      [4, 10, 6],
      [4, 6, 12],
    ],
    forward: (a, b) => aten.bmm.default(a, b),
  },
];

/** Three layers, the first with a bias, adapters of ranks 2 and 3 on the first and of rank 4 on the last. */
function groupCase(name: string, options: { gated?: boolean; used?: number[] } = {}): Case {
  const { gated = false, used = [0, 1, 2] } = options;
  const [N, D, widths, adapters] = [
    19,
    21,
    [9, 5, 12],
    [
      [0, 2],
      [0, 3],
      [2, 4],
    ],
  ];
  const shapes = [
    ...(gated ? [1, 2] : [1]).map(() => [N, D]),
    ...widths.map((width) => [width, D]),
    [widths[0]],
    ...adapters.map(([, rank]) => [rank, D]),
    ...adapters.map(([layer, rank]) => [widths[layer], rank]),
  ];
  return {
    name: `linear_group, ${name}`,
    shapes,
    forward: (...inputs) => {
      const [x, up] = [inputs[0], gated ? inputs[1] : undefined];
      const [w0, w1, w2, bias, a0, a1, a2, b0, b1, b2] = inputs.slice(gated ? 2 : 1);
      const [layers, scales] = [adapters.map(([layer]) => layer), [0.5, 1, 0.25]];
      const biases = [bias, undefined, undefined];
      const y = attune.linear_group.default(
        x,
        up,
        [w0, w1, w2],
        biases,
        [a0, a1, a2],
        [b0, b1, b2],
        layers,
        scales,
        [],
        [],
        [],
        [],
        [],
      );
      // Unused outputs must have a gradient of zeros rather than none.
      const whole = cat(
        used.map((i) => y[i]),
        1,
      );
      return used.length === 3
        ? whole
        : whole.add(inputs.reduce((sum, one) => sum.add(one.sum().mul(0)), x.sum().mul(0)));
    },
  };
}

const cases: Case[] = [
  ...products,
  groupCase('with biases and adapters'),
  groupCase('behind a gate', { gated: true }),
  groupCase('of which one output is used', { used: [1] }),
  ...pointwise(3, 5),
  ...pointwise(1, 64),
  ...pointwise(600, 37),
  ropeCase(1, 1, 2),
  ropeCase(7, 3, 10),
  ropeCase(300, 2, 64),
  attentionCase('one token', { queries: [1], heads: [1, 1], size: 3 }),
  attentionCase('rows of all sizes, shared heads', { queries: [1, 3, 0, 33, 4, 70, 5], heads: [6, 2], size: 20 }),
  attentionCase('more keys than a block holds', { queries: [300], heads: [2, 1], size: 64 }),
  attentionCase('wide heads', { queries: [40, 9], heads: [2, 2], size: 136 }),
  attentionCase('a window', { queries: [90, 2, 40], heads: [4, 2], size: 16, window: 7 }),
  attentionCase('a window over more than a block', { queries: [200], heads: [1, 1], size: 32, window: 65 }),
  attentionCase('a window to both sides', { queries: [200, 3], heads: [2, 2], size: 32, window: 33, causal: false }),
  attentionCase('both ways', { queries: [17, 50], heads: [2, 1], size: 24, causal: false }),
  attentionCase('keys of a cache', { queries: [1, 2, 40], keys: [150, 2, 47], heads: [4, 2], size: 64 }),
  attentionCase("an encoder's keys", { queries: [20, 3], keys: [5, 90], heads: [3, 3], size: 8, causal: false }),
  frozenHeadCase(40, 16, 1000),
  logProbsCase(7, 5, 11),
  logProbsCase(40, 16, 1000),
  logProbsCase(7, 5, 11, 3),
  // A weight's gradient in two pieces.
  logProbsCase(3, 4, 8200),
];

/** Output of the operator and gradients of its inputs. */
function results(one: Case, path: string, inputs: { dtype: DType; computed: DType }): Float64Array[] {
  attune.kernels.default({ use: path });
  return scope(() => {
    const leaves = one.shapes.map((shape, i) => {
      const x = shape.length === 1 ? values([1, ...shape], i).reshape(...shape) : values(shape, i);
      return x.to(inputs.dtype).to(inputs.computed).detach().setRequiresGrad();
    });
    const y = one.forward(...leaves);
    const flat = y.shape.length === 1 ? [1, ...y.shape] : y.shape;
    const gradient = values(flat, 21)
      .reshape(...y.shape)
      .to(inputs.dtype)
      .to(y.dtype);
    backward([y], [gradient]);
    return [y, ...leaves.map((leaf) => leaf.grad as Tensor)].map((x) => x.to('f64').data() as Float64Array);
  });
}

/**
 * Relative to the largest value. bf16 has eight bits, and attention weights and gradients are rounded to it in between.
 */
const TOLERANCE = { f32: 4e-6, bf16: 1e-2 };

/** Results of the current case by its definition, shared by all paths. */
let definition: { of: string; results: Float64Array[] } | undefined;

function defined(one: Case, dtype: DType): Float64Array[] {
  const of = `${one.name} in ${dtype}`;
  if (definition?.of !== of) definition = { of, results: results(one, 'composite', { dtype, computed: 'f64' }) };
  return definition.results;
}

describe.each(cases)('$name', (one) => {
  describe.each(['f32', 'bf16'] as const)('in %s', (dtype) => {
    describe.each(kernelPaths)('by $path kernels', ({ path, isHere }) => {
      it.skipIf(!isHere)('is what the definition gives, gradients too', () => {
        const got = results(one, path, { dtype, computed: dtype });
        for (const [i, list] of defined(one, dtype).entries()) expectClose(got[i], list, TOLERANCE[dtype]);
      });
    });
  });

  describe.each(kernelPaths.filter(({ path }) => path !== 'composite'))('by $path kernels', ({ path, isHere }) => {
    it.skipIf(!isHere)('in f64 is the definition itself', () => {
      const got = results(one, path, { dtype: 'f64', computed: 'f64' });
      for (const [i, list] of defined(one, 'f64').entries()) expectEqual(got[i], list);
    });
  });
});

describe('the choice of a path', () => {
  it('is refused by name where there is no such path', () => {
    expect(() => attune.kernels.default({ use: 'sse' })).toThrow(/composite, avx2 or avx512/);
  });

  it.skipIf(kernelPaths.every(({ isHere }) => isHere))('is refused by name where this processor lacks it', () => {
    const absent = kernelPaths.filter(({ isHere }) => !isHere).map(({ path }) => path);
    for (const use of absent) expect(() => attune.kernels.default({ use })).toThrow(new RegExp(`no ${use} kernels`));
  });
});

/** Bit by bit; a matcher would take a second for the millions of values in the largest case. */
function expectEqual(got: Float64Array, wanted: Float64Array): void {
  const bytes = [got, wanted].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  expect(bytes[0].equals(bytes[1])).toBe(true);
}

function expectClose(got: Float64Array, wanted: Float64Array, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  let [scale, worst] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    scale = Math.max(scale, Math.abs(wanted[i]));
    worst = Math.max(worst, Math.abs(wanted[i] - got[i]));
  }
  // NaN if either has one.
  expect(worst / (scale || 1)).toBeLessThanOrEqual(tolerance);
}
