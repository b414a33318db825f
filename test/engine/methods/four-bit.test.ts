// 4-bit weights compared with bitsandbytes' results for the same matrices, and products with them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readJson } from '../../../src/files/json.ts';
import { codes } from '../../../src/methods/storages/four-bit-codes.ts';
import { dynamicMap } from '../../../src/engine/nn/index.ts';
import { quantise } from '../../../src/methods/storages/four-bit.ts';
import { Linear } from '../../../src/engine/nn/index.ts';
import { attune, backward, SafetensorsFile, scope, type DType, type Tensor } from '../../../src/engine/tensor/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { kernelPaths as paths, usualPath } from '../kernel-paths.ts';

const folder = fileURLToPath(new URL('../../../fixtures/quantisation', import.meta.url));

interface Case {
  matrix: string;
  quant_type: 'nf4' | 'fp4';
  blocksize: 32 | 64 | 128;
  nested: boolean;
}

const { cases } = readJson<{ cases: Record<string, Case> }>(join(folder, 'four_bit.json'));
const open = (name: string) => new SafetensorsFile(join(folder, `${name}.safetensors`));

afterEach(() => {
  attune.kernels.default({ use: usualPath });
});

it('the numbers of all codes are those of bitsandbytes', () => {
  using file = open('codes');
  const nf4 = Array.from(file.get('nf4').data() as Float32Array);
  expect(codes.nf4).toEqual(nf4);
  for (const [i, value] of (file.get('fp4').data() as Float32Array).entries())
    expect(Math.fround(codes.fp4[i])).toBe(value);
  const wanted = file.get('dynamic_signed_8bit').data() as Float32Array;
  const own = dynamicMap();
  for (const [i, value] of wanted.entries())
    expect(Math.abs(own[i] - value)).toBeLessThanOrEqual(2 ** -23 * Math.abs(value));
});

describe.each(Object.entries(cases))('%s', (name, { matrix, quant_type: kind, blocksize, nested }) => {
  it('has the codes and the numbers of bitsandbytes', () => {
    using matrices = open('matrices');
    using expected = open('four_bit');
    scope(() => {
      const stored = matrices.get(matrix);
      const weight = quantise(stored, codes[kind], { block_size: blocksize, double_quantization: nested });
      const plain = name.replace('.nested', '');
      const packed = `${expected.names.includes(`${name}.packed`) ? name : plain}.packed`;
      const [own, wanted] = [weight.operands().fourBit!.parts[0], expected.get(packed)];
      expect(own.toNumbers()).toEqual(wanted.flatten().toNumbers());
      const got = weight.dense(stored.dtype).to('f32').toNumbers();
      const numbers = expected.get(`${name}.dequantised`).to('f32').toNumbers();
      const tolerance = stored.dtype === 'bf16' ? 2 ** -7 : 1e-6;
      for (const [i, value] of numbers.entries())
        expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(tolerance * Math.abs(value));
      weight.dispose();
    });
  });
});

describe.each(paths)('a product with $path kernels', ({ path, isHere }) => {
  it.skipIf(!isHere).each(['f32', 'bf16'] as const)(
    'is that with the unpacked weight, forward and back, in %s',
    (dtype) => {
      attune.kernels.default({ use: path });
      scope(() => {
        const layer = new Linear(70, 33, { bias: true });
        layer.weight.assign(normal([33, 70], 'w', dtype));
        layer.bias!.assign(normal([33], 'b', dtype));
        const options = { block_size: 64, double_quantization: true } as const;
        layer.weight.assign(quantise(layer.weight.tensor, codes.nf4, options));
        const plain = new Linear(70, 33, { bias: true });
        plain.weight.assign(layer.weight.tensor.clone());
        plain.bias!.assign(layer.bias!.tensor.clone());
        const [wanted, got] = [passOf(plain, dtype), passOf(layer, dtype)];
        const largest = Math.max(...wanted.map(Math.abs));
        const tolerance = (dtype === 'f32' ? 1e-6 : 2 ** -8) * largest;
        for (const [i, value] of wanted.entries()) expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(tolerance);
        layer.dispose();
      });
    },
  );
});

function normal(shape: number[], name: string, dtype: DType): Tensor {
  return keyedNormal(shape, { seed: 1, path: name }, 1).to(dtype);
}

/** Output, and gradient of the input. */
function passOf(layer: Linear, dtype: 'f32' | 'bf16'): number[] {
  const x = normal([5, 70], 'x', dtype).setRequiresGrad();
  const y = layer.forward(x);
  backward([y], [normal([5, 33], 'g', dtype)]);
  return [...y.toNumbers(), ...(x.grad as Tensor).toNumbers()];
}
