import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { refuseSmallLimits } from '../../../src/engine/tensor/memory-limit.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-limits-'));
afterEach(() => vi.unstubAllEnvs());

const MiB = 2 ** 20;

/** A process with 600 MiB of data under a limit, and two BLAS threads. */
function limited(data: number | 'unlimited'): () => boolean {
  vi.stubEnv('OPENBLAS_NUM_THREADS', '2');
  writeFileSync(join(folder, 'limits'), `Max data size             ${data}            unlimited            bytes\n`);
  writeFileSync(join(folder, 'status'), `VmData:\t  ${600 * 1024} kB\n`);
  return () => refuseSmallLimits(folder);
}

it('libtorch is not loaded under a limit that its BLAS would wait at for ever', () => {
  expect(limited(1100 * MiB)).toThrow(expect.objectContaining({ code: 'E_OUT_OF_MEMORY' }));
  expect(limited(1112 * MiB)()).toBe(true);
  expect(limited('unlimited')()).toBe(false);
  rmSync(folder, { recursive: true });
  expect(refuseSmallLimits(folder)).toBe(false);
});
