import { expect, it } from 'vitest';
import { Conv1D, Convolution2d, Linear } from '../../../src/engine/nn/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { LoraAdapter } from '../../../src/methods/tunings/lora-adapter.ts';
import { aten, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';

const normal = (shape: number[], path: string) => keyedNormal(shape, { seed: 2, path }, 0.5);
const difference = (a: Tensor, b: Tensor) => aten.amax.default(aten.abs.default(a.sub(b))).item();

it('a Conv1D is a Linear whose weight lies the other way round, with an adapter and merged as well', () => {
  noGrad(() =>
    scope(() => {
      const [linear, transposed] = [new Linear(6, 10, { bias: true }), new Conv1D(6, 10)];
      linear.weight.assign(normal([10, 6], 'weight'));
      transposed.weight.assign(linear.weight.tensor.transpose(0, 1).contiguous());
      for (const layer of [linear, transposed]) layer.bias!.assign(normal([10], 'bias'));
      const x = normal([5, 6], 'x');
      expect(difference(linear.forward(x), transposed.forward(x))).toBeLessThan(1e-6);

      const adapters = [linear, transposed].map((layer) => {
        const adapter = new LoraAdapter(layer, { path: 'layer', rank: 3, scaling: 2, dropout: 0 });
        adapter.lora_A.assign(normal([3, 6], 'A'));
        adapter.lora_B.assign(normal([10, 3], 'B'));
        return adapter;
      });
      const adapted = transposed.forward(x);
      expect(difference(linear.forward(x), adapted)).toBeLessThan(1e-6);

      const before = transposed.weight.tensor.clone();
      adapters[1].merge({});
      expect(difference(transposed.forward(x), adapted)).toBeLessThan(1e-5);
      adapters[1].unmerge();
      expect(difference(transposed.weight.tensor, before)).toBe(0);
      expect(difference(transposed.forward(x), adapted)).toBe(0);
    }),
  );
});

it('a convolution of each channel alone is computed in f32 where bf16 would be slow, and rounded once', () => {
  noGrad(() =>
    scope(() => {
      const layer = new Convolution2d({ in: 6, out: 6 }, { kernel: 3, groups: 6, padding: 1 });
      layer.weight.assign(normal([6, 1, 3, 3], 'weight'));
      layer.bias!.assign(normal([6], 'bias'));
      const x = normal([2, 6, 5, 5], 'x').to('bf16');
      const narrow = layer.forward(x);
      expect(narrow.dtype).toBe('bf16');
      expect(difference(narrow, layer.forward(x.to('f32')).to('bf16'))).toBe(0);
    }),
  );
});
