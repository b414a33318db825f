import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { saveModel } from '../../../src/models/save.ts';
import { fromArray, SafetensorsFile, scope, writeSafetensors, type Tensor } from '../../../src/engine/tensor/index.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';

/** Values that a rule makes of a name: by how much they are shifted, how far they spread, and their shape. */
type Rule = readonly [offset: number, spread: number, ...shape: number[]];

type Stored = { shape: number[] } & (
  | { i64: number[] }
  | { f32: number[] }
  | { made: [name: string, offset: number, spread: number] }
);

interface Definition {
  config: Record<string, unknown>;
  /** By a rule; as they are where they follow from the configuration. */
  weights: Record<string, Rule | Stored>;
  /** Whole numbers that checkpoints hold beside their weights. */
  counts?: Record<string, number>;
  /** What checkpoints of the hub hold and models of today compute, know from elsewhere or have twice. */
  superfluous?: string[];
  /** Inputs, and what the published definition makes of them. */
  tensors: Record<string, Stored>;
}

/** Computed in plain torch by the published definitions, and by transformers itself. */
const folders = ['definitions', 'today'].map((name) =>
  fileURLToPath(new URL(`../../../fixtures/${name}`, import.meta.url)),
);
const definitions = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? [join(folder, file)] : [])),
);
const temporary = mkdtempSync(join(tmpdir(), 'attune-definitions-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Relative to the largest expected number, where that is above 1. */
const TOLERANCE = 1e-5;

/** The values of a rule, each a hash of the name and its place. */
function made(name: string, [offset, spread, ...shape]: Rule): Tensor {
  const seed = crc32(name);
  const values = Float32Array.from({ length: shape.reduce((all, side) => all * side, 1) }, (_, i) => {
    let x = Math.imul(i, 2654435761) + seed;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    return ((x >>> 8) / 2 ** 24 - 0.5) * spread + offset;
  });
  return fromArray(values, shape);
}

function tensorOf(stored: Stored): Tensor {
  if ('made' in stored) return made(stored.made[0], [stored.made[1], stored.made[2], ...stored.shape]);
  return 'i64' in stored
    ? fromArray(BigInt64Array.from(stored.i64, BigInt), stored.shape)
    : fromArray(Float32Array.from(stored.f32), stored.shape);
}

function mapped<From>(entries: Record<string, From>, make: (value: From, name: string) => Tensor): [string, Tensor][] {
  return Object.entries(entries).map(([name, value]) => [name, make(value, name)]);
}

/** A Hugging Face folder of the definition, with what is expected of it. */
function folderOf({ config, weights, counts = {}, tensors }: Definition, name: string): string {
  const folder = mkdtempSync(join(temporary, `${name}-`));
  writeJson(join(folder, 'config.json'), config);
  scope(() => {
    const whole = mapped(counts, (count) => fromArray(BigInt64Array.of(BigInt(count)), []));
    const parts = mapped(weights, (rule, path) => ('shape' in rule ? tensorOf(rule) : made(path, rule)));
    writeSafetensors(join(folder, 'model.safetensors'), new Map([...parts, ...whole]));
    writeSafetensors(join(folder, 'expected.safetensors'), new Map(mapped(tensors, tensorOf)));
  });
  return folder;
}

function largest(stored: Stored): number {
  return 'f32' in stored ? Math.max(1, ...stored.f32.map(Math.abs)) : 1;
}

function namesIn(folder: string): string[] {
  using file = new SafetensorsFile(join(folder, 'model.safetensors'));
  return [...file.names].sort();
}

// Numbers of a computation in torch and f64 that shares no code with this one.
describe('by its published definition', () => {
  it.each(definitions.map((path) => [basename(path, '.json'), path]))('%s', async (name, path) => {
    const definition = readJson<Definition>(path);
    const folder = folderOf(definition, name);
    const { outputs, problems } = await checkFolder(folder);
    expect(problems).toEqual([]);
    expect(outputs.length).toBeGreaterThan(0);
    for (const { name: output, maxAbs, compared } of outputs) {
      expect(compared).toBeGreaterThan(0);
      expect(maxAbs as number, output).toBeLessThanOrEqual(TOLERANCE * largest(definition.tensors[output]));
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
