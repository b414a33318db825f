import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson } from '../../../src/files/json.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { SafetensorsFile } from '../../../src/engine/tensor/index.ts';
import { writeDefinition, type Definition, type Stored } from '../../../tools/parity/definition.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';
import { hasIndependentRows } from '../row-bits.ts';

/** Computed in plain torch from the published definitions, and by transformers. */
const folders = ['definitions', 'today'].map((name) =>
  fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url)),
);
const definitions = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [join(folder, file)] : [])),
);
const temporary = mkdtempSync(join(tmpdir(), 'attune-definitions-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Relative to the largest expected value if that is above 1. */
const TOLERANCE = { f32: hasIndependentRows() ? 1e-5 : 1.5e-5, f64: 1e-6 };

function largest(stored: Stored): number {
  return 'f32' in stored ? Math.max(1, ...stored.f32.map(Math.abs)) : 1;
}

function namesIn(folder: string): string[] {
  using file = new SafetensorsFile(join(folder, 'model.safetensors'));
  return [...file.names].sort();
}

// Values from torch in f64, computed by code that shares nothing with ours.
describe('by its published definition', () => {
  it.each(definitions.map((path) => [basename(path, '.json'), path]))('%s', async (name, path) => {
    const definition = readJson<Definition>(path);
    const folder = mkdtempSync(join(temporary, `${name}-`));
    writeDefinition(folder, definition);
    for (const dtype of ['f32', 'f64'] as const) {
      const { outputs, problems } = await checkFolder(folder, { dtype });
      expect(problems).toEqual([]);
      expect(outputs.length).toBeGreaterThan(0);
      for (const { name: output, maxAbs, compared } of outputs) {
        expect(compared).toBeGreaterThan(0);
        const most = TOLERANCE[dtype] * largest(definition.tensors[output]);
        expect(maxAbs as number, `${output} in ${dtype}`).toBeLessThanOrEqual(most);
      }
    }
    const { model, initialised, unused } = await loadModel(folder);
    expect(initialised).toEqual([]);
    expect([...unused].sort()).toEqual([...(definition.superfluous ?? [])].sort());
    const saved = mkdtempSync(join(temporary, 'saved-'));
    saveModel(model, saved);
    model.dispose();
    expect(namesIn(saved)).toEqual(namesIn(folder).filter((name) => !unused.includes(name)));
  });
});
