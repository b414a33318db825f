import { describe, expect, it } from 'vitest';
import { importer } from '../../../../src/app/import/importers/nsfwjs.ts';

interface Stored {
  name: string;
  shape: number[];
}

/** All weights of the network in minimal sizes, in the package's order: by name. */
function storedWeights(): Stored[] {
  const convolution = (name: string, norm: string, isDepthwise = false): Stored[] => [
    isDepthwise
      ? { name: `${name}/depthwise_kernel`, shape: [1, 2, 2, 1] }
      : { name: `${name}/kernel`, shape: [2, 1, 2, 3] },
    ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map((part) => ({ name: `${norm}/${part}`, shape: [4] })),
  ];
  const blocks = Array.from({ length: 16 }, (_, i) =>
    ['expand', 'depthwise', 'project'].flatMap((part) =>
      convolution(`block_${i + 1}_${part}`, `block_${i + 1}_${part}_BN`, part === 'depthwise'),
    ),
  ).flat();
  return [
    ...convolution('Conv1', 'bn_Conv1'),
    ...convolution('Conv_1', 'Conv_1_bn'),
    ...blocks,
    { name: 'dense_1/kernel', shape: [2, 2] },
    ...convolution('expanded_conv_depthwise', 'expanded_conv_depthwise_BN', true),
    ...convolution('expanded_conv_project', 'expanded_conv_project_BN'),
  ];
}

/** The package's two minified scripts; values count up from 0 in each weight, halved, minus 0.5. */
function packageOf(stored: readonly Stored[]): (path: string) => Buffer {
  const bytes = stored.flatMap(({ shape }) => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i));
  const entries = stored.map(
    ({ name, shape }) =>
      `{name:"${name}",shape:[${shape.join(',')}],dtype:"float32",quantization:{min:-.5,scale:.5,dtype:"uint8"}}`,
  );
  const manifest = `weightsManifest:[{paths:["group1-shard1of1"],weights:[${entries.join(',')}]}]`;
  const scripts: Record<string, string> = {
    'model.min.js': `!function(e){a.exports={modelTopology:{name:"m",layers:[{a:!1}]},${manifest}}},{}]},{},[1])(1)});`,
    'group1-shard1of1.min.js': `!function(e){a.exports="${Buffer.from(bytes).toString('base64')}"}();`,
  };
  return (path) => Buffer.from(scripts[path.slice(path.lastIndexOf('/') + 1)]);
}

describe('the import of nsfwjs', () => {
  it('turns kernels to the order of torch, under the names of transformers', () => {
    const { config, weights, counters, others } = importer.convert(packageOf(storedWeights()));
    expect(config).toMatchObject({ model_type: 'mobilenet_v2', tf_padding: true, layer_norm_eps: 0.001 });
    expect([weights.size, counters?.size]).toEqual([52 * 5, 52]);
    // [2, 1, 2, 3] → [3, 2, 2, 1]: value 6 y + 3 in + out
    expect(weights.get('conv_stem.first_conv.convolution.weight')).toEqual({
      shape: [3, 2, 2, 1],
      values: Float32Array.of(0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11).map((value) => value / 2 - 0.5),
    });
    // [1, 2, 2, 1] → [2, 1, 1, 2]: value 2 x + in
    expect(weights.get('layer.15.conv_3x3.convolution.weight')).toEqual({
      shape: [2, 1, 1, 2],
      values: Float32Array.of(0, 2, 1, 3).map((value) => value / 2 - 0.5),
    });
    expect([...weights.get('conv_1x1.normalization.running_var')!.values]).toEqual([-0.5, 0, 0.5, 1]);
    expect(counters?.get('layer.0.expand_1x1.normalization.num_batches_tracked')).toBe(0n);
    expect(JSON.parse(others['preprocessor_config.json'])).toMatchObject({ do_normalize: false });
  });

  it('a package that lacks a weight is refused', () => {
    const read = packageOf(storedWeights().filter(({ name }) => name !== 'block_7_project_BN/beta'));
    expect(() => importer.convert(read)).toThrow(/no weight block_7_project_BN\/beta/);
  });
});
