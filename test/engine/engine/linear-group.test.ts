// N tokens, D width of the input
import { afterEach, describe, expect, it } from 'vitest';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { Dropout, gatedLinear, gateOf, Linear, linearGroup, withRandomness } from '../../../src/engine/nn/index.ts';
import { LoraAdapter } from '../../../src/methods/tunings/lora-adapter.ts';
import { attune, backward, fromArray, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';
import { kernelPaths, usualPath } from '../kernel-paths.ts';
import type { LinearAdapter, LinearLike } from '../../../src/engine/nn/linear-fused.ts';

const [N, D] = [11, 6];

function normal(shape: number[], path: string): Tensor {
  return keyedNormal(shape, { seed: 3, path }, 1);
}

function layerOf(out: number, options: { bias?: boolean } = {}): Linear {
  const layer = new Linear(D, out, options);
  layer.weight.assign(normal([out, D], `weight ${out}`));
  layer.bias?.assign(normal([out], `bias ${out}`));
  return layer;
}

function lowRank(layer: LinearLike, { dropout = 0, rank = 2 } = {}): LoraAdapter {
  const adapter = new LoraAdapter(layer, { path: 'x', rank, scaling: 0.5, dropout });
  adapter.lora_A.assign(normal([rank, D], 'A'));
  adapter.lora_B.assign(normal([layer.outFeatures, rank], 'B'));
  return adapter;
}

/** W x + b plus a low-rank adapter, computed with separate operators. */
function plainly(layer: Linear, x: Tensor, adapter?: LoraAdapter): Tensor {
  const y = x.matmul(layer.weight.tensor.transpose(0, 1));
  const shifted = layer.bias === undefined ? y : y.add(layer.bias.tensor);
  return adapter === undefined ? shifted : shifted.add(x.matmul(adapter.delta().transpose(0, 1)));
}

function expectClose(got: Tensor, wanted: Tensor): void {
  const [a, b] = [got.toNumbers(), wanted.toNumbers()];
  expect(a.length).toBe(b.length);
  for (const [i, value] of b.entries()) expect(Math.abs(a[i] - value)).toBeLessThan(1e-5);
}

const usualProducts = attune.products.default();
afterEach(() => attune.products.default({ use: usualProducts }));

describe('layers on one input', () => {
  it('give what each gives alone, adapters and biases of their own', () => {
    noGrad(() =>
      scope(() => {
        const [x, first, second] = [normal([N, D], 'x'), layerOf(4, { bias: true }), layerOf(7)];
        const adapter = lowRank(second);
        const [y, z] = linearGroup([first, second], x);
        expectClose(y, plainly(first, x));
        expectClose(z, plainly(second, x, adapter));
        expectClose(second.forward(x), plainly(second, x, adapter));
      }),
    );
  });

  // Large enough for libtorch's faster product, which mistakes a single column for contiguous.
  it.each(['own', 'libtorch'])('have the gradients of f32 in bf16 with adapters of rank one, by %s products', (use) => {
    attune.products.default({ use });
    const gradients = (['f32', 'bf16'] as const).map((dtype) =>
      scope(() => {
        const layers = [40, 70, 50].map((out) => layerOf(out));
        const adapters = layers.map((layer) => lowRank(layer, { rank: 1 }));
        for (const { lora_A: a, lora_B: b } of adapters) for (const one of [a, b]) one.setTrainable(true);
        for (const { weight } of layers) weight.assign(weight.tensor.to(dtype));
        const x = normal([300, D], 'x').to(dtype);
        backward(linearGroup(layers, x).map((y) => y.to('f32').pow(2).sum()));
        return adapters.flatMap(({ lora_A: a, lora_B: b }) => [a, b].flatMap(({ tensor }) => tensor.grad!.toNumbers()));
      }),
    );
    const most = Math.max(...gradients[0].map(Math.abs));
    for (const [i, value] of gradients[0].entries())
      expect(Math.abs(gradients[1][i] - value)).toBeLessThan(0.03 * most);
  });

  it('leave out an adapter that is switched off', () => {
    noGrad(() =>
      scope(() => {
        const [x, layer] = [normal([N, D], 'x'), layerOf(7)];
        lowRank(layer).isActive = false;
        expectClose(linearGroup([layer, layerOf(3)], x)[0], plainly(layer, x));
      }),
    );
  });

  it('ask an adapter itself that is more than a change of low rank', () => {
    noGrad(() =>
      scope(() => {
        const [x, layer] = [normal([N, D], 'x'), layerOf(7)];
        const threefold: LinearAdapter = { forward: (_x, output) => output.mul(3) };
        layer.addAdapter(threefold);
        expectClose(linearGroup([layerOf(3), layer], x)[1], plainly(layer, x).mul(3));
      }),
    );
  });

  it("keep an adapter's dropout", () => {
    noGrad(() =>
      scope(() => {
        const [x, layer] = [normal([N, D], 'x'), layerOf(7)];
        const adapter = lowRank(layer, { dropout: 0.5 });
        const tokens = fromArray(BigInt64Array.from({ length: N }, (_, i) => BigInt(i)));
        const randomness = { seed: 1, step: 0, tokens };
        const [y] = withRandomness(randomness, () => linearGroup([layer], x));
        const dropped = withRandomness(randomness, () => new Dropout(0.5, 'lora:x').forward(x));
        expectClose(y, plainly(layer, x).add(dropped.matmul(adapter.delta().transpose(0, 1))));
        expect(dropped.toNumbers().filter((value) => value === 0).length).toBeGreaterThan(0);
      }),
    );
  });

  it('take outputs that are known, and have the gradients of those that they would make', () => {
    scope(() => {
      const [layer, gradient] = [layerOf(7, { bias: true }), normal([N, 7], 'gradient')];
      const leaves = [normal([N, D], 'x'), normal([2, D], 'A'), normal([7, 2], 'B')];
      const run = (known: Tensor[]) => {
        const [x, a, b] = leaves.map((leaf) => leaf.detach().setRequiresGrad());
        const { weight, bias } = layer;
        const y = attune.linear_group.default(x, undefined, [weight.tensor], [bias?.tensor], [a], [b], [0], [0.5], [], [], [], [], known); // prettier-ignore
        backward(y, [gradient]);
        return { y: y[0].detach(), gradients: [x, a, b].map(({ grad }) => grad?.toNumbers()) };
      };
      const made = run([]);
      const taken = run([made.y.mul(2)]);
      expect(taken.y.toNumbers()).toEqual(made.y.mul(2).toNumbers());
      expect(taken.gradients).toEqual(made.gradients);
      expect(() => run([normal([N, 6], 'narrow')])).toThrow('known outputs [N, O]');
      expect(() => run([made.y, made.y])).toThrow('all outputs that are known, or none');
    });
  });

  it.each(kernelPaths)(
    'read to the bit what the gated unit gives by itself, with $path kernels',
    ({ path, isHere }) => {
      if (!isHere) return;
      attune.kernels.default({ use: path });
      noGrad(() =>
        scope(() => {
          const [gate, up, layer, adapted] = [normal([N, D], 'gate'), normal([N, D], 'up'), layerOf(5), layerOf(5)];
          lowRank(adapted).lora_B.assign(normal([5, 2], 'B').mul(0));
          const plain = layer.forward(gateOf('silu')(gate, up)).toNumbers();
          for (const one of [layer, adapted])
            expect(gatedLinear(one, gateOf('silu'), { gate, up }).toNumbers()).toEqual(plain);
        }),
      );
      attune.kernels.default({ use: usualPath });
    },
  );

  it.each(['silu', 'gelu'])('read what a gate of %s gives', (activation) => {
    noGrad(() =>
      scope(() => {
        const [gate, up, layer] = [normal([N, D], 'gate'), normal([N, D], 'up'), layerOf(5)];
        const adapter = lowRank(layer);
        const open = gateOf(activation);
        expectClose(gatedLinear(layer, open, { gate, up }), plainly(layer, open(gate, up), adapter));
      }),
    );
  });
});

describe('changes of some rows', () => {
  it.each(['f32', 'bf16'] as const)('are to the bit what a row gets in less company, in %s', (dtype) => {
    const spans = [[0, 1], [2, 3], [3, 6], [6, 11]]; // prettier-ignore
    const widths = [5, 70];
    noGrad(() =>
      scope(() => {
        const made = (shape: number[], path: string) => normal(shape, path).to(dtype);
        const x = made([N, D], 'x');
        // Zero weights: sums over many rows have another order in the layers' own products.
        const weights = widths.map((width) => made([width, D], 'zero').mul(0));
        const parts = widths.flatMap((width, layer) =>
          spans.map((rows, i) => ({
            a: made([2 + i, D], `A ${layer} ${i}`),
            b: made([2 + i, width], `B ${layer} ${i}`).transpose(0, 1),
            layer,
            rows,
          })),
        );
        const changed = (input: Tensor, own: typeof parts, rows: number[]) =>
          attune.linear_group.default(
            input, undefined, weights, [undefined, undefined], own.map(({ a }) => a), own.map(({ b }) => b),
            own.map(({ layer }) => layer), own.map(() => 0.5), [], [], [], [], [], { rows },
          ); // prettier-ignore
        const together = changed(x, parts, parts.flatMap(({ rows }) => rows)); // prettier-ignore
        for (const [start, end] of spans) {
          const own = parts.filter(({ rows }) => rows[0] === start);
          const alone = changed(x.narrow(0, start, end - start), own, []);
          for (const [layer, y] of alone.entries())
            expect(together[layer].narrow(0, start, end - start).toNumbers()).toEqual(y.toNumbers());
        }
        expect(Math.abs(together[0].toNumbers()[0])).toBeGreaterThan(0);
        expect(
          together[0]
            .narrow(0, 1, 1)
            .toNumbers()
            .every((value) => value === 0),
        ).toBe(true);
      }),
    );
  });
});
