// N new tokens, D width, H query heads, K key-value heads, d head size, F inner width, C slots
import { afterAll, describe, expect, it } from 'vitest';
import { kernelPaths, usualPath } from '../kernel-paths.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { attune, fromArray, noGrad, scope, type DType, type Tensor } from '../../../src/engine/tensor/index.ts';

const paths = kernelPaths.filter(({ isHere }) => isHere).map(({ path }) => path);
afterAll(() => attune.kernels.default({ use: usualPath }));

interface Case {
  name: string;
  /** New tokens of each segment, and total tokens. */
  added: number[];
  lengths: number[];
  size: number;
  /** Numbers of query and key heads; 6 and 2 by default. */
  heads?: [number, number];
  hasNorms?: boolean;
  hasBiases?: boolean;
  window?: number;
  /** Distance between a segment's slots; 1 if its tokens are adjacent. */
  stride?: number;
}

const [WIDTH, INNER, SLOTS] = [37, 50, 611];

const cases: Case[] = [
  { name: 'one token', added: [1], lengths: [70], size: 16 },
  { name: 'a first token', added: [1], lengths: [1], size: 16 },
  { name: 'rows side by side', added: [1, 3, 0, 2], lengths: [40, 3, 9, 150], size: 20, stride: 3 },
  { name: 'norms of heads, biases and a window', added: [2, 1], lengths: [30, 170], size: 16, hasNorms: true, hasBiases: true, window: 9 }, // prettier-ignore
  { name: 'more tokens than are few', added: [1, 4, 4], lengths: [40, 4, 9], size: 8, hasBiases: true },
  { name: 'five heads of one key head', added: [1], lengths: [300], size: 72, heads: [5, 1] },
  {
    name: 'six heads of a key head, a window',
    added: [2, 1],
    lengths: [130, 129],
    size: 64,
    heads: [12, 2],
    window: 128,
  },
  { name: 'no shared key heads', added: [1, 1], lengths: [128, 8], size: 6, heads: [2, 2] },
  { name: 'a piece of a prompt', added: [6], lengths: [20], size: 8, hasNorms: true },
];

function offsetsOf(lengths: readonly number[]): number[] {
  return lengths.reduce((sums, length) => [...sums, sums[sums.length - 1] + length], [0]);
}

interface Inputs {
  x: Tensor;
  norms: Tensor[];
  weights: Tensor[];
  biases: (Tensor | undefined)[];
  angles: Tensor[];
  cache: Tensor[];
}

/** Rounds to the stored type, then converts to the computed type. */
function inputsOf(one: Case, stored: DType, computed: DType): Inputs {
  const { size, heads = [6, 2], hasNorms = false, hasBiases = false } = one;
  const normal = (shape: number[], path: string, scale: number) =>
    keyedNormal(shape, { seed: 3, path }, scale).to(stored).to(computed);
  const tokens = one.added.reduce((sum, count) => sum + count, 0);
  const [q, k] = heads.map((count) => count * size);
  const shapes = [[q, WIDTH], [k, WIDTH], [k, WIDTH], [WIDTH, q], [INNER, WIDTH], [INNER, WIDTH], [WIDTH, INNER]]; // prettier-ignore
  const widths = hasNorms ? [WIDTH, WIDTH, size, size] : [WIDTH, WIDTH];
  const angle = keyedNormal([tokens, size], { seed: 3, path: 'angle' }, 2);
  return {
    x: normal([tokens, WIDTH], 'x', 1),
    norms: widths.map((width, i) => normal([width], `norm ${i}`, 1)),
    weights: shapes.map((shape, i) => normal(shape, `weight ${i}`, 0.2)),
    biases: shapes.map(([width], i) => (hasBiases && i !== 3 ? normal([width], `bias ${i}`, 0.5) : undefined)),
    angles: [angle, angle.mul(0.5)].map((one) => one.to(computed === 'f64' ? 'f64' : 'f32')),
    cache: ['keys', 'values'].map((path) => normal([SLOTS, heads[1], size], path, 1)),
  };
}

function placesOf({ lengths, stride = 1 }: Case): Tensor {
  let next = 5;
  const slots = lengths.map((length) => Int32Array.from({ length }, () => (next += stride) % SLOTS));
  return fromArray(Int32Array.from(slots.flatMap((own) => [...own])));
}

/** Output of the layer, and its entries in the cache. */
function layerOf(one: Case, inputs: Inputs): Tensor[] {
  const { x, norms, weights, biases, angles, cache } = inputs;
  const [keys, values] = cache.map((kept) => kept.clone());
  const y = attune.decoder_layer.default(
    x, norms, weights, biases, angles[0], angles[1], keys, values, placesOf(one), offsetsOf(one.added),
    offsetsOf(one.lengths), 1e-5, [], [], [], [], [], { window: one.window },
  ); // prettier-ignore
  return [y, keys, values];
}

/** The same, composed of separate operators. */
function partsOf(one: Case, inputs: Inputs): Tensor[] {
  const { x, norms, weights, biases, angles, cache } = inputs;
  const [keys, values] = cache.map((kept) => kept.clone());
  const linear = (i: number, input: Tensor): Tensor =>
    attune.linear_group.default(input, undefined, [weights[i]], [biases[i]], [], [], [], [], [], [], [], [], [])[0];
  const norm = (i: number, input: Tensor): Tensor =>
    norms[i] === undefined ? input : attune.rms_norm.default(input, norms[i], 1e-5);
  const normed = norm(0, x);
  const [q, k, v] = [0, 1, 2].map((i) => linear(i, normed).reshape(x.shape[0], -1, one.size));
  const [turnedQ, turnedK] = [norm(2, q), norm(3, k)].map((heads) => attune.rope.default(heads, angles[0], angles[1]));
  const offsets = [offsetsOf(one.added), offsetsOf(one.lengths)];
  const options = { window: one.window };
  const y = attune.paged_attention.default(turnedQ, turnedK, v, keys, values, placesOf(one), offsets[0], offsets[1], options); // prettier-ignore
  const attended = x.add(linear(3, y.flatten(1)));
  const second = norm(1, attended);
  return [attended.add(linear(6, attune.swiglu.default(linear(4, second), linear(5, second)))), keys, values];
}

function results(path: string, body: () => Tensor[]): number[][] {
  attune.kernels.default({ use: path });
  return noGrad(() => scope(() => ({ lists: body().map((x) => x.toNumbers()) }))).lists;
}

/** Relative to the largest value; bf16 has eight bits, and all intermediate results are rounded to it. */
const TOLERANCE = { f32: 4e-6, bf16: 2e-2 };

describe.each(paths)('a decoder layer as one operator, %s kernels', (path) => {
  describe.each(cases)('$name', (one) => {
    it.each(['f32', 'bf16'] as const)('gives what the definition gives in %s', (dtype) => {
      const got = results(path, () => layerOf(one, inputsOf(one, dtype, dtype)));
      const wanted = results('composite', () => layerOf(one, inputsOf(one, dtype, 'f64')));
      for (const [i, list] of wanted.entries()) {
        const scale = Math.max(...list.map(Math.abs));
        const worst = Math.max(...list.map((value, j) => Math.abs(value - got[i][j])));
        expect(worst / scale).toBeLessThanOrEqual(TOLERANCE[dtype]);
      }
    });

    it.each(['f32', 'bf16', 'f64'] as const)('gives the bits that its parts give in %s', (dtype) => {
      const inputs = () => inputsOf(one, dtype, dtype);
      expect(results(path, () => layerOf(one, inputs()))).toEqual(results(path, () => partsOf(one, inputs())));
    });
  });
});

describe('a decoder layer as one operator', () => {
  const [one] = cases;
  const refused = (change: (inputs: Inputs) => Partial<Inputs>) => () =>
    results(usualPath, () => {
      const inputs = inputsOf(one, 'f32', 'f32');
      return layerOf(one, { ...inputs, ...change(inputs) });
    });

  it('refuses what does not fit together, and gradients', () => {
    expect(refused(({ weights }) => ({ weights: weights.slice(1) }))).toThrow(/q, k, v, output, gate, up and down/);
    expect(refused(({ norms }) => ({ norms: norms.slice(1) }))).toThrow(/two norms, or four/);
    expect(refused(({ weights }) => ({ weights: weights.toReversed() }))).toThrow(/columns/);
    expect(refused(({ biases, norms }) => ({ biases: [norms[0], ...biases.slice(1)] }))).toThrow(/biases \[O\]/);
    expect(refused(({ norms, angles }) => ({ norms: [norms[0], angles[0]] }))).toThrow(/norms \[D\]/);
    expect(refused(({ angles, x }) => ({ angles: [angles[0], x] }))).toThrow(/cos and sin/);
    expect(refused(({ cache }) => ({ cache: cache.map((kept) => kept.to('bf16')) }))).toThrow(/heads, size and type/);
    expect(refused(({ cache }) => ({ cache: cache.map((kept) => kept.narrow(0, 0, 60)) }))).toThrow(/no slot/);
    expect(() => scope(() => ({ y: layerOf(one, inputsOf(one, 'f32', 'f32')).length }))).toThrow(/no gradient/);
  });
});
