import { existsSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { readJson } from '../files/json.ts';
import { watchFile } from '../files/unchanged.ts';
import { isFloating, SafetensorsFile, type DType, type Tensor } from '../engine/tensor/index.ts';

const INDEX = 'model.safetensors.index.json';
const SINGLE = 'model.safetensors';

/** Weights of a folder, in one file or shards, as one table of names. Tensors are memory-mapped. */
export class CheckpointFiles implements Disposable {
  readonly folder: string;
  readonly #files: SafetensorsFile[];
  readonly #byName = new Map<string, SafetensorsFile>();

  constructor(folder: string) {
    this.folder = folder;
    this.#files = weightFiles(folder).map((path) => new SafetensorsFile(path));
    for (const { path } of this.#files) watchFile(path);
    for (const file of this.#files) for (const name of file.names) this.#byName.set(name, file);
  }

  get names(): string[] {
    return [...this.#byName.keys()];
  }
  has(name: string): boolean {
    return this.#byName.has(name);
  }
  get(name: string): Tensor {
    const file = this.#byName.get(name);
    if (file === undefined) throw new Error(`no tensor "${name}" in ${this.folder}`);
    return file.get(name);
  }
  /** Type of the first floating-point weight. */
  get dtype(): DType {
    const types = this.#files.flatMap(({ header }) => header.entries.map(({ dtype }) => dtype));
    // Integer buffers (batch counts) may come first.
    return types.find((dtype) => isFloating(dtype)) ?? types[0];
  }
  [Symbol.dispose](): void {
    for (const file of this.#files) file[Symbol.dispose]();
  }
}

/** Paths of the weights: one file or shards. @throws AttuneError E_WEIGHTS_MISSING, E_PICKLE_WEIGHTS, E_INDEX_BAD */
export function weightFiles(folder: string): string[] {
  if (existsSync(join(folder, INDEX))) return shardFiles(folder);
  if (existsSync(join(folder, SINGLE))) return [join(folder, SINGLE)];
  throw missingWeights(folder);
}

function shardFiles(folder: string): string[] {
  const index = readJson<{ weight_map?: Record<string, unknown> }>(join(folder, INDEX));
  const names = [...new Set(Object.values(index.weight_map ?? {}))];
  const problems = names.filter((name) => typeof name !== 'string' || !isInside(folder, name));
  if (names.length === 0 || problems.length > 0) {
    throw new AttuneError('E_INDEX_BAD', {
      what: `${join(folder, INDEX)} lists unusable shards`,
      got: names.length === 0 ? 'no shard' : problems.map((name) => JSON.stringify(name)).join(', '),
      expected: 'file names in the same folder',
    });
  }
  const paths = (names as string[]).map((name) => join(folder, name));
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    throw new AttuneError('E_WEIGHTS_MISSING', {
      what: `${missing.length} of ${paths.length} shards of ${folder} are missing`,
      problems: missing.map((file) => ({ file, message: 'no such file' })),
      fix: 'fetch the model again',
    });
  }
  return paths;
}

function isInside(folder: string, name: string): boolean {
  return name.endsWith('.safetensors') && resolve(folder, name).startsWith(resolve(folder) + sep);
}

function missingWeights(folder: string): AttuneError {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const pickles = names.filter((name) => /\.(bin|pt|pth|ckpt)$/.test(name));
  if (pickles.length > 0) {
    return new AttuneError('E_PICKLE_WEIGHTS', {
      what: `${folder} has only pickle weights (${pickles.join(', ')}), which can run code when loaded`,
      expected: 'model.safetensors',
      fix: 'use a revision of the model with safetensors, or convert it yourself if you trust it',
    });
  }
  return new AttuneError('E_WEIGHTS_MISSING', {
    what: `${folder} has no weights`,
    got: names.length === 0 ? 'no such folder, or an empty one' : names.slice(0, 12).join(', '),
    expected: 'model.safetensors, or shards with model.safetensors.index.json',
  });
}
