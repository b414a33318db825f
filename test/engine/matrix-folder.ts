import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { writeModel, type models } from './method-matrix.ts';

/** A folder with models of the matrix, which is also attune's home while the surrounding tests run. */
export function matrixFolder(name: string, written: readonly (keyof typeof models)[]): string {
  const folder = mkdtempSync(join(tmpdir(), `attune-${name}-`));
  beforeAll(async () => {
    vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
    for (const model of written) await writeModel(join(folder, model), model);
  }, 120_000);
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return folder;
}
