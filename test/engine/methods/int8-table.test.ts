// int8 token tables: rounding, rows, products, and a decoder that reads and predicts tokens with them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Embedding, Int8Table, roundRows } from '../../../src/engine/nn/index.ts';
import {
  aten,
  attune,
  backward,
  fromArray,
  noGrad,
  SafetensorsFile,
  scope,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';
import { storages } from '../../../src/methods/storages/index.ts';
import { initialiseRows, listTokenTables } from '../../../src/models/token-tables.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { inputOf } from '../../../tools/parity/input.ts';
import { outputOf, runForward } from '../../../tools/parity/outputs.ts';
import { kernelPaths as paths, usualPath } from '../kernel-paths.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures/models', import.meta.url));

afterEach(() => {
  attune.kernels.default({ use: usualPath });
});

function normal(shape: number[], name: string, dtype: DType = 'f32'): Tensor {
  return keyedNormal(shape, { seed: 1, path: name }, 1).to(dtype);
}

describe('a rounded table', () => {
  it('is off by half a step of each row at most, and rows of zeros stay zero', () => {
    scope(() => {
      const table = normal([40, 70], 'table').mul(
        fromArray(Float32Array.from({ length: 40 }, (_, i) => i ** 3)).unsqueeze(1),
      );
      const rounded = roundRows(table);
      const [values, got] = [table.toNumbers(), rounded.dense().toNumbers()];
      for (let row = 0; row < 40; row++) {
        const own = values.slice(70 * row, 70 * row + 70);
        const step = Math.max(...own.map(Math.abs)) / 127;
        for (const [i, value] of own.entries())
          expect(Math.abs(got[70 * row + i] - value)).toBeLessThanOrEqual(0.5 * step * (1 + 1e-5));
      }
      expect(rounded.bytes).toBe(40 * 70 + 4 * 40);
      const embedding = new Embedding(40, 70);
      embedding.weight.assign(rounded);
      const ids = fromArray(BigInt64Array.from([0n, 39n, 7n, 7n]));
      const wanted = [0, 39, 7, 7].flatMap((id) => got.slice(70 * id, 70 * id + 70));
      expect(embedding.forward(ids, 'f32').toNumbers()).toEqual(wanted);
      embedding.dispose();
    });
  });

  it('has its size on the meta device', () => {
    scope(() => {
      const rounded = roundRows(normal([6, 5], 'table').toDevice('meta'));
      expect([rounded.bytes, rounded.dense('bf16').shape, rounded.dense('bf16').device]).toEqual([54, [6, 5], 'meta']);
      rounded.dispose();
    });
  });
});

describe.each(paths)('log-probabilities of tokens with $path kernels', ({ path, isHere }) => {
  it.skipIf(!isHere).each(['f32', 'bf16'] as const)('are those of the dense table, gradients too, in %s', (dtype) => {
    attune.kernels.default({ use: path });
    scope(() => {
      const rounded = roundRows(normal([300, 70], 'table', dtype));
      const targets = fromArray(BigInt64Array.from({ length: 9 }, (_, i) => BigInt(33 * i)));
      const passOf = (weight: Tensor, row_scales?: Tensor): number[] => {
        const x = normal([9, 70], 'x', dtype).setRequiresGrad();
        const [logProbs] = attune.token_log_probs.default([x], [weight], undefined, targets, { row_scales });
        backward([logProbs], [normal([9], 'given', logProbs.dtype)]);
        return [...logProbs.toNumbers(), ...(x.grad as Tensor).toNumbers()];
      };
      const [wanted, got] = [passOf(rounded.dense(dtype)), passOf(rounded.codes, rounded.scales)];
      const tolerance = (dtype === 'f32' ? 1e-6 : 2 ** -7) * Math.max(...wanted.map(Math.abs));
      for (const [i, value] of wanted.entries()) expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(tolerance);
      rounded.dispose();
    });
  });
});

describe.each(paths)('logits with $path kernels', ({ path, isHere }) => {
  it.skipIf(!isHere).each(['f32', 'bf16'] as const)('are those of the dense table, gradients too, in %s', (dtype) => {
    attune.kernels.default({ use: path });
    scope(() => {
      const rounded = roundRows(normal([300, 70], 'table', dtype));
      const passOf = (product: (x: Tensor) => Tensor): number[] => {
        const x = normal([9, 70], 'x', dtype).setRequiresGrad();
        const logits = product(x);
        backward([logits], [normal([9, 300], 'given', dtype)]);
        return [...logits.toNumbers(), ...(x.grad as Tensor).toNumbers()];
      };
      const wanted = passOf((x) => aten.linear.default(x, rounded.dense(dtype)));
      const got = passOf((x) => attune.int8_rows_product.default(x, rounded.codes, rounded.scales));
      const tolerance = (dtype === 'f32' ? 1e-6 : 2 ** -7) * Math.max(...wanted.map(Math.abs));
      for (const [i, value] of wanted.entries()) expect(Math.abs(got[i] - value)).toBeLessThanOrEqual(tolerance);
      rounded.dispose();
    });
  });
});

describe.each(['llama', 'gpt2'])('int8_embeddings of %s', (name) => {
  it('keep every token table in int8, and cost little beside four bits', async () => {
    const plain = await load(name, {});
    const { model, logits } = await load(name, { int8_embeddings: true });
    const forms = listTokenTables(model).map(({ module }) => module.weight.form);
    expect(forms.every((form) => form instanceof Int8Table)).toBe(true);
    const [wanted, got] = [plain.logits(), logits()];
    const off = rootMeanSquare(got.map((value, i) => value - wanted[i])) / rootMeanSquare(wanted);
    expect(off).toBeGreaterThan(0);
    expect(off).toBeLessThan(0.05);
    plain.model.dispose();
    model.dispose();
  });
});

it('a table that gets new tokens is dense again', async () => {
  const { model } = await load('llama', { int8_embeddings: true });
  const [{ module }] = listTokenTables(model);
  const before = module.weight.form!.dense().toNumbers();
  initialiseRows(model, { ids: [5], known: module.weight.shape[0], seed: 1 });
  const width = module.weight.shape[1];
  const after = module.weight.tensor.toNumbers();
  expect(module.weight.form).toBeUndefined();
  expect(after.filter((value, i) => value !== before[i] && Math.floor(i / width) !== 5)).toEqual([]);
  model.dispose();
});

async function load(name: string, options: object): Promise<{ model: Model; logits: () => number[] }> {
  const keep = await (await storages.load('nf4')).keep(options);
  const { model } = await loadModel(join(fixtures, name), { dtype: 'f32', keep });
  const logits = (): number[] => {
    using file = new SafetensorsFile(join(fixtures, name, 'expected.safetensors'));
    const batch = new Map(file.names.map((one) => [one, file.get(one)]));
    return noGrad(() =>
      scope(() => [...outputOf(runForward(model, batch, inputOf(model, batch)), 'logits')!.values.toNumbers()]),
    );
  };
  return { model, logits };
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}
