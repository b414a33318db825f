import { expect, it } from 'vitest';
import { method } from '../../../src/methods/tunings/adapter.options.ts';

it('each style of bottleneck adapters has the defaults of its paper', () => {
  const settled = (style: string) => {
    const { reduction_factor, non_linearity, scaling } = method.settle({ style });
    return [reduction_factor, non_linearity, scaling];
  };
  expect(settled('houlsby')).toEqual([16, 'swish', 1]);
  expect(settled('pfeiffer')).toEqual([16, 'relu', 1]);
  expect(settled('parallel')).toEqual([2, 'relu', 4]);
});

it('the width of a bottleneck is said once, and what is settled settles to itself', () => {
  expect(() => method.settle({ bottleneck_size: 8, reduction_factor: 4 })).toThrow('remove one of them');
  const settled = method.settle({ bottleneck_size: 8, scaling: 'learned' });
  expect([settled.bottleneck_size, settled.reduction_factor]).toEqual([8, null]);
  expect(method.settle(settled)).toEqual(settled);
});

it('adapters after cross-attention are of one style', () => {
  expect(() => method.settle({ cross_attention: true })).toThrow('applies to style houlsby only');
  expect(method.settle({ style: 'houlsby', cross_attention: true }).cross_attention).toBe(true);
});

it('a saved adapter that does not say its width is refused', () => {
  const { modules_to_save: _, ...own } = method.settle({});
  const read = () => method.peft!.config.parse({ ...own, reduction_factor: null });
  expect(read).toThrow('set this or reduction_factor');
});

it('a saved adapter is opened by the keys that it was written with', () => {
  const { config, read } = method.peft!;
  const { modules_to_save: _, ...own } = method.settle({ style: 'parallel', layers_to_transform: [1], dropout: 0.1 });
  const opened = read(config.parse({ ...own, peft_type: 'BOTTLENECK_ADAPTER' }));
  expect(opened).toMatchObject({ ...own, dropout: 0 });
});
