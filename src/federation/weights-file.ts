/** Safetensors files of weights, read and written without the engine. */
import { readFileSync } from 'node:fs';
import { AttuneError } from '../base/errors.ts';
import { layOut } from '../engine/tensor/safetensors-header.ts';
import { readSafetensorsHeader } from '../engine/tensor/safetensors.ts';
import { writeAll, writeAtomic } from '../files/atomic.ts';
import type { Matrix } from './flower/npy.ts';
import type { Weights } from './weights.ts';

/** @throws AttuneError E_FEDERATED_ARRAY if a tensor is not f32 */
export function readWeights(path: string): Map<string, Matrix> {
  const { entries, dataStart } = readSafetensorsHeader(path);
  const file = readFileSync(path);
  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => {
      if (dtype !== 'f32')
        throw new AttuneError('E_FEDERATED_ARRAY', {
          what: `${name} cannot be shared between sites`,
          got: `${dtype} in ${path}`,
          expected: 'f32: adapters are trained in f32 on any base',
        });
      const values = new Float32Array((end - begin) / 4);
      Buffer.from(values.buffer).set(file.subarray(dataStart + begin, dataStart + end));
      return [name, { shape, values }];
    }),
  );
}

export function writeWeights(path: string, weights: Weights, metadata: Record<string, string> = {}): void {
  const described = [...weights].map(([name, { shape }]) => ({ name, dtype: 'f32' as const, shape }));
  const { header, entries } = layOut(described, metadata);
  writeAtomic(path, (descriptor) => {
    writeAll(descriptor, header);
    for (const { name } of entries) {
      const { buffer, byteOffset, byteLength } = weights.get(name)!.values;
      writeAll(descriptor, new Uint8Array(buffer, byteOffset, byteLength));
    }
  });
}

/** Replaces tensors of a file by name; other tensors remain. */
export function replaceWeights(path: string, weights: Weights): void {
  const { metadata } = readSafetensorsHeader(path);
  const merged = new Map([...readWeights(path)].map(([name, old]) => [name, weights.get(name) ?? old]));
  writeWeights(path, merged, metadata);
}
