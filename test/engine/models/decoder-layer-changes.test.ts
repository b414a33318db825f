// N new tokens, D width, H query heads, K key-value heads, d head size, F inner width, r rank
import { afterAll, describe, expect, it } from 'vitest';
import { kernelPaths, usualPath } from '../kernel-paths.ts';
import { expectSameRows } from '../row-bits.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { attune, fromArray, noGrad, scope, type DType, type Tensor } from '../../../src/engine/tensor/index.ts';

const paths = kernelPaths.filter(({ isHere }) => isHere).map(({ path }) => path);
afterAll(() => attune.kernels.default({ use: usualPath }));

const [WIDTH, INNER, SIZE, LENGTH] = [70, 150, 16, 20];

/** Which of the seven linear layers, the range of rows, and the rank. */
type Change = [linear: number, begin: number, end: number, rank: number];

const all = (begin: number, end: number, rank: number): Change[] =>
  [0, 1, 2, 3, 4, 5, 6].map((linear) => [linear, begin, end, rank]);

const cases: [string, number, Change[]][] = [
  ['one adapter on all rows', 8, all(0, 8, 16)],
  ['an adapter for each row', 8, [0, 1, 2, 3, 4, 5, 6, 7].flatMap((row) => all(row, row + 1, 4 + row))],
  ['rows of two adapters around one of none', 7, [...all(0, 3, 8), ...all(4, 7, 33)]],
  ['two changes of one layer, none of others', 5, [[1, 0, 5, 3], [1, 1, 4, 7], [6, 2, 2, 5]]], // prettier-ignore
  ['a rank above what is made at once', 2, all(0, 2, 300)],
  ['one row', 1, all(0, 1, 17)],
];

interface Options {
  stored: DType;
  computed: DType;
  /** Whether B is stored transposed. */
  isTurned: boolean;
}

function layerOf(tokens: number, changes: readonly Change[], { stored, computed, isTurned }: Options): Tensor {
  const normal = (shape: number[], path: string, scale: number) =>
    keyedNormal(shape, { seed: 3, path }, scale).to(stored).to(computed);
  const [q, k] = [6 * SIZE, 2 * SIZE];
  const shapes = [[q, WIDTH], [k, WIDTH], [k, WIDTH], [WIDTH, q], [INNER, WIDTH], [INNER, WIDTH], [WIDTH, INNER]]; // prettier-ignore
  const angles = keyedNormal([tokens, SIZE], { seed: 3, path: 'angle' }, 2).to(computed === 'f64' ? 'f64' : 'f32');
  const [keys, values] = ['keys', 'values'].map((path) => normal([tokens * LENGTH, 2, SIZE], path, 1));
  const offsets = (length: number) => Array.from({ length: tokens + 1 }, (_, i) => i * length);
  const turned = (x: Tensor): Tensor => (isTurned ? x.transpose(0, 1).contiguous().transpose(0, 1) : x);
  return attune.decoder_layer.default(
    normal([tokens, WIDTH], 'x', 1),
    [0, 1].map((i) => normal([WIDTH], `norm ${i}`, 1)),
    shapes.map((shape, i) => normal(shape, `weight ${i}`, 0.2)),
    shapes.map(() => undefined),
    angles,
    angles.mul(0.5),
    keys,
    values,
    fromArray(Int32Array.from({ length: tokens * LENGTH }, (_, i) => i)),
    offsets(1),
    offsets(LENGTH),
    1e-5,
    changes.map(([linear, , , rank], i) => normal([rank, shapes[linear][1]], `a ${i}`, 0.3)),
    changes.map(([linear, , , rank], i) => turned(normal([shapes[linear][0], rank], `b ${i}`, 0.3))),
    changes.map(([linear]) => linear),
    changes.map((_, i) => 0.25 + (i % 3)),
    changes.flatMap(([, begin, end]) => [begin, end]),
  );
}

function valuesOf(path: string, body: () => Tensor): number[] {
  attune.kernels.default({ use: path });
  return noGrad(() => scope(() => ({ list: body().toNumbers() }))).list;
}

/** Relative to the largest value; bf16 has eight bits, and all intermediate results are rounded to it. */
const TOLERANCE = { f32: 4e-6, bf16: 3e-2 };

describe.each(paths)('a decoder layer with changes of low rank, %s kernels', (path) => {
  describe.each(cases)('%s', (_name, tokens, changes) => {
    it.each([
      ['f32', true],
      ['f32', false],
      ['bf16', true],
    ] as const)('gives what the definition gives in %s, B turned: %s', (dtype, isTurned) => {
      const got = valuesOf(path, () => layerOf(tokens, changes, { stored: dtype, computed: dtype, isTurned }));
      const wanted = valuesOf('composite', () =>
        layerOf(tokens, changes, { stored: dtype, computed: 'f64', isTurned }),
      );
      const worst = Math.max(...wanted.map((value, i) => Math.abs(value - got[i])));
      expect(worst / Math.max(...wanted.map(Math.abs))).toBeLessThanOrEqual(TOLERANCE[dtype]);
    });
  });

  it('gives a row the same bits whoever has the others', () => {
    const within = path === 'composite' ? TOLERANCE.f32 : 0;
    const options = { stored: 'f32', computed: 'f32', isTurned: true } as const;
    const rowOf = (changes: Change[]) => valuesOf(path, () => layerOf(8, changes, options)).slice(3 * WIDTH, 4 * WIDTH);
    const own = all(3, 4, 16);
    const alone = rowOf(own);
    expectSameRows(rowOf([...own, ...all(4, 8, 5)]), alone, within);
    expectSameRows(rowOf(all(3, 8, 16)), alone, within);
    expect(rowOf(all(0, 0, 16))).not.toEqual(alone);
  });

  it('refuses changes that fit no layer or no rows', () => {
    const options = { stored: 'f32', computed: 'f32', isTurned: true } as const;
    const run = (change: Change) => () => valuesOf(path, () => layerOf(2, [change], options));
    expect(run([0, 1, 3, 4])).toThrow(/rows 1 to 3/);
    expect(run([0, 2, 1, 4])).toThrow(/rows 2 to 1/);
  });
});
