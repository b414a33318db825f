// N tokens, D width of the input, O of the outputs
import { afterAll, describe, expect, it } from 'vitest';
import { kernelPaths, usualPath } from '../kernel-paths.ts';
import { create as createStorage } from '../../../src/methods/storages/int8-forward.ts';
import { create as createSwitchback } from '../../../src/methods/storages/int8-switchback.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { Int8Weight, isLinear, Linear, withRandomness, type LinearLike } from '../../../src/engine/nn/index.ts';
import {
  attune,
  backward,
  fromArray,
  noGrad,
  scope,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyInput, tinyModel } from '../tiny-models.ts';

afterAll(() => attune.kernels.default({ use: usualPath }));

const paths = kernelPaths.filter(({ path }) => path !== 'composite');

function normal(shape: number[], path: string, dtype: DType = 'f32'): Tensor {
  return keyedNormal(shape, { seed: 3, path }, 1).to(dtype);
}

/** A layer with int8 copies of its weight. */
function int8Layer(x: Tensor, weight: Tensor, copies: { packed?: Tensor; turned?: Tensor }): Tensor {
  const [packed, turned] = [[copies.packed], [copies.turned]];
  return attune.linear_group.default(
    x,
    undefined,
    [weight],
    [undefined],
    [],
    [],
    [],
    [],
    packed,
    turned,
    [],
    [],
    [],
  )[0];
}

function int8Product(x: Tensor, weight: Tensor, use: string): number[] {
  attune.kernels.default({ use });
  return int8Layer(x, weight, { packed: attune.int8_weight.default(weight) }).toNumbers();
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Row counts that end in every kind of tile, sizes that fill none, and sums of more than one exact piece. */
const shapes = [
  [1, 3, 1],
  [2, 64, 16],
  [7, 37, 30],
  [13, 70, 150],
  [200, 1100, 70],
];

describe('products in int8', () => {
  describe.each(paths)('by $path kernels', ({ path, isHere }) => {
    it.skipIf(!isHere).each(shapes)('of [%i, %i] by [%i, …] are those of the definition to the bit', (n, d, o) => {
      scope(() => {
        for (const dtype of ['bf16', 'f32'] as const) {
          const [x, weight] = [normal([n, d], 'x', dtype), normal([o, d], 'w', dtype)];
          expect(int8Product(x, weight, path)).toEqual(int8Product(x, weight, 'composite'));
        }
      });
    });

    it.skipIf(!isHere).each(['f32', 'bf16'] as const)(
      'keep a row of zeros at zero, and what is no number, in %s',
      (dtype) => {
        scope(() => {
          const x = fromArray(Float32Array.of(0, 0, 0, 1e-38, 1, Number.NaN, 2, Number.POSITIVE_INFINITY)).reshape(
            4,
            2,
          );
          const y = int8Product(x.to(dtype), normal([3, 2], 'w', dtype), path);
          expect(y.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
          expect(y.slice(6).some((value) => Number.isFinite(value))).toBe(false);
        });
      },
    );

    it.skipIf(!isHere)('are off by what rounding to 254 steps costs', () => {
      scope(() => {
        const [x, weight] = [normal([64, 256], 'x'), normal([48, 256], 'w')];
        const [exact, got] = [x.matmul(weight.transpose(0, 1)).toNumbers(), int8Product(x, weight, path)];
        const error = Math.sqrt(got.reduce((sum, value, i) => sum + (value - exact[i]) ** 2, 0) / got.length);
        expect(error / Math.sqrt(256)).toBeGreaterThan(1e-3);
        expect(error / Math.sqrt(256)).toBeLessThan(2e-2);
      });
    });
  });

  it.each(['composite', usualPath])('leave the gradient to the weight itself, with %s kernels', (use) => {
    attune.kernels.default({ use });
    scope(() => {
      const [x, weight, gradient] = [normal([9, 12], 'x').setRequiresGrad(), normal([5, 12], 'w'), normal([9, 5], 'g')];
      backward([int8Layer(x, weight, { packed: attune.int8_weight.default(weight) })], [gradient]);
      const wanted = gradient.matmul(weight).toNumbers();
      const got = (x.grad as Tensor).toNumbers();
      expect(largest(got.map((value, i) => value - wanted[i]))).toBeLessThan(1e-5);
    });
  });

  describe.each(paths)('back through $path kernels', ({ path, isHere }) => {
    it.skipIf(!isHere).each(shapes)('to [%i, %i] from [%i, …] are those of the definition to the bit', (n, d, o) => {
      scope(() => {
        for (const dtype of ['bf16', 'f32'] as const) {
          const [weight, gradient] = [normal([o, d], 'w', dtype), normal([n, o], 'g', dtype)];
          const back = (use: string) => {
            attune.kernels.default({ use });
            const x = normal([n, d], 'x', dtype).setRequiresGrad();
            backward([int8Layer(x, weight, bothOf(weight))], [gradient]);
            return (x.grad as Tensor).toNumbers();
          };
          const wanted = int8Product(gradient, weight.transpose(0, 1).contiguous(), 'composite');
          expect(back('composite')).toEqual(wanted);
          expect(back(path)).toEqual(wanted);
        }
      });
    });

    // Results that end with a panel, within one, and within the third of three panels computed together; also an
    // unquantised layer.
    it.skipIf(!isHere).each([61, 64, 89, 96])('add what several layers give to %i columns', (d) => {
      scope(() => {
        for (const [dtype, tolerance] of [
          ['f32', 1e-6],
          ['bf16', 1e-2],
        ] as const) {
          const widths = [70, 33, 20, 5];
          const weights = widths.map((o, i) => normal([o, d], `w${i}`, dtype));
          const gradients = widths.map((o, i) => normal([19, o], `g${i}`, dtype).mul(10 ** -i));
          const copies = weights.map((weight, i) => (i === 2 ? undefined : bothOf(weight)));
          const [packed, turned] = [copies.map((one) => one?.packed), copies.map((one) => one?.turned)];
          const none = weights.map(() => undefined);
          const back = (use: string) => {
            attune.kernels.default({ use });
            const x = normal([19, d], 'x', dtype).setRequiresGrad();
            const y = attune.linear_group.default(
              x,
              undefined,
              weights,
              none,
              [],
              [],
              [],
              [],
              packed,
              turned,
              [],
              [],
              [],
            );
            backward(y, gradients);
            return (x.grad as Tensor).toNumbers();
          };
          const [wanted, got] = [back('composite'), back(path)];
          expect(largest(got.map((value, i) => value - wanted[i]))).toBeLessThan(tolerance * largest(wanted));
        }
      });
    });

    it.skipIf(!isHere)('leave what is no number none, in its row alone', () => {
      scope(() => {
        attune.kernels.default({ use: path });
        const [x, weight] = [normal([3, 20], 'x').setRequiresGrad(), normal([8, 20], 'w')];
        const gradient = Float32Array.from({ length: 24 }, (_, i) => (i === 9 ? Number.NaN : i));
        backward([int8Layer(x, weight, bothOf(weight))], [fromArray(gradient).reshape(3, 8)]);
        const values = (x.grad as Tensor).toNumbers();
        expect(values.map((value) => Number.isNaN(value))).toEqual(values.map((_, i) => i >= 20 && i < 40));
      });
    });
  });

  it('refuse a weight that moves, and a copy of another shape', () => {
    scope(() => {
      const [x, weight] = [normal([2, 8], 'x'), normal([4, 8], 'w')];
      const { packed, turned } = bothOf(weight);
      const wide = normal([40, 8], 'w');
      expect(() => int8Layer(x, wide, { packed })).toThrow(/as int8_weight makes them/);
      expect(() => int8Layer(x, wide, { ...bothOf(wide), turned })).toThrow(/makes them of \[D, O\]/);
      expect(() => int8Layer(x, weight, { turned })).toThrow(/only of a weight that is in int8 itself/);
      expect(() => int8Layer(x, normal([4, 8], 'w').setRequiresGrad(), { packed })).toThrow(/a weight that moves/);
    });
  });
});

/** int8 copies of a weight and of its transpose. */
function bothOf(weight: Tensor): { packed: Tensor; turned: Tensor } {
  return { packed: attune.int8_weight.default(weight), turned: attune.int8_weight.default(weight.transpose(0, 1)) };
}

describe('storage in int8', () => {
  it('is read by training passes alone, and not once another weight stands there', async () => {
    attune.kernels.default({ use: usualPath });
    const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
    createLora(model, complete(loraOptions.parse({ r: 2 })), { seed: 5 });
    const input = tinyInput(model, [5, 3]);
    const outputs = () => noGrad(() => scope(() => model.hidden(input).toNumbers()));
    const training = () => withRandomness({ seed: 1, step: 0, tokens: fromArray(new BigInt64Array(8)) }, outputs);
    const [evaluated, dense] = [outputs(), training()];
    const storage = createStorage(model, 'training');
    expect(outputs()).toEqual(evaluated);
    const rounded = training();
    const off = largest(rounded.map((value, i) => value - dense[i]));
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(0.15 * largest(dense));
    for (const layer of linears(model)) layer.weight.assign(layer.weight.tensor.clone());
    expect(training()).toEqual(dense);
    storage.dispose();
    model.dispose();
  });

  it('is read beside an adapter that is more than a change of low rank, and by inputs of three dimensions', () => {
    noGrad(() =>
      scope(() => {
        const layer = new Linear(8, 5);
        layer.weight.assign(normal([5, 8], 'w'));
        layer.weight.exchange(new Int8Weight(layer.weight, { when: 'always', gradients: false }));
        const x = normal([6, 8], 'x');
        const product = layer.forward(x).toNumbers();
        expect(product).toEqual(int8Product(x, layer.weight.tensor, usualPath));
        const cube = layer.forward(x.reshape(2, 3, 8));
        expect(cube.shape).toEqual([2, 3, 5]);
        expect(cube.toNumbers()).toEqual(product);
        layer.addAdapter({ forward: (_x, output) => output.mul(2) });
        expect(layer.forward(x).toNumbers()).toEqual(product.map((value) => 2 * value));
      }),
    );
  });

  it('with gradients in int8 too, gives those of adapters but for what rounding costs', async () => {
    attune.kernels.default({ use: usualPath });
    const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
    const { trainables } = createLora(model, complete(loraOptions.parse({ r: 2 })), { seed: 5 });
    for (const [i, { parameter }] of trainables.entries())
      parameter.assign(
        normal([...parameter.tensor.shape], `adapter ${i}`)
          .mul(0.1)
          .setRequiresGrad(),
      );
    const input = tinyInput(model, [5, 3]);
    const gradients = () =>
      withRandomness({ seed: 1, step: 0, tokens: fromArray(new BigInt64Array(8)) }, () =>
        scope(() => {
          for (const { parameter } of trainables) parameter.tensor.grad = undefined;
          const hidden = model.hidden(input);
          backward([hidden], [normal([...hidden.shape], 'gradient')]);
          return trainables.flatMap(({ parameter }) => (parameter.tensor.grad as Tensor).toNumbers());
        }),
      );
    const dense = gradients();
    const forward = createStorage(model, 'training');
    const onlyForward = gradients();
    forward.dispose();
    const both = createSwitchback(model, 'training');
    const rounded = gradients();
    const off = (values: number[]) => Math.hypot(...values.map((value, i) => value - dense[i])) / Math.hypot(...dense);
    expect(rounded).not.toEqual(onlyForward);
    expect(off(rounded)).toBeLessThan(0.1);
    both.dispose();
    expect(gradients()).toEqual(dense);
    model.dispose();
  });

  it('says how many layers and bytes it takes, and leaves trained modules out', async () => {
    const model = await tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
    const [first, ...others] = linears(model);
    first.weight.setTrainable(true);
    const storage = createStorage(model, 'training');
    expect(storage.note).toMatch(/^int8 copies of the weights of \d+ layers: [\d.]+ MB$/);
    expect(first.weight.form).toBeUndefined();
    expect(others.some(({ weight }) => weight.form !== undefined)).toBe(true);
    storage.dispose();
    model.dispose();
  });

  it('refuses a model without linear layers of its kind', async () => {
    const model = await tinyModel({ raw: tinyConfigs.gpt2[0], task: 'causal-lm' }, 'f32');
    expect(() => createStorage(model, 'training')).toThrow(/nothing to quantise/);
    model.dispose();
  });
});

function linears(model: { modules(): Iterable<[string, unknown]> }): LinearLike[] {
  return [...model.modules()].map(([, module]) => module).filter((module) => isLinear(module as never)) as LinearLike[];
}
