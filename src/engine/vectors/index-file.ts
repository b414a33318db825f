// V vectors, C clusters, D width
import { AttuneError } from '../../base/errors.ts';
import { fromArray, SafetensorsFile, scope, writeSafetensors, type Tensor } from '../tensor/index.ts';
import { ClusteredIndex } from './clustered-index.ts';
import { ExactIndex } from './exact-index.ts';

const VERSION = '1';

/** A stored index, with the ids of its vectors and the model that computed them. */
export interface StoredIndex {
  index: ExactIndex | ClusteredIndex;
  /** Id of each vector: [V] */
  ids: Int32Array;
  /** Hash of the model that computed the vectors; others' vectors are not comparable. */
  madeBy: string;
}

/** Writes an index as a safetensors file, atomically; returns its size in bytes. */
export function writeIndex(path: string, { index, ids, madeBy }: StoredIndex): number {
  return scope(() => {
    const tensors = new Map<string, Tensor>([['ids', fromArray(ids)]]);
    const about: Record<string, string> = { format: 'pt', version: VERSION, kind: index.kind, made_by: madeBy };
    const { width } = index;
    if (index instanceof ClusteredIndex) {
      const { vectors, rows, offsets, centres, probes, recall } = index.parts;
      tensors.set('vectors', fromArray(vectors, [index.count, width]));
      tensors.set('centres', fromArray(centres, [centres.length / width, width]));
      tensors.set('rows', fromArray(rows));
      tensors.set('offsets', fromArray(offsets));
      Object.assign(about, { probes: String(probes), recall: String(recall) });
    } else tensors.set('vectors', fromArray(index.vectors, [index.count, width]));
    return writeSafetensors(path, tensors, about);
  });
}

/**
 * Loads an index and checks its consistency.
 * @throws AttuneError E_INDEX_BAD, E_WEIGHTS_MISSING, E_SAFETENSORS_…
 */
export function readIndex(path: string): StoredIndex {
  using file = new SafetensorsFile(path);
  const { metadata } = file.header;
  if (metadata.version !== VERSION) throw bad(path, `version ${metadata.version ?? 'unknown'}`, `version ${VERSION}`);
  const isClustered = metadata.kind === 'clustered';
  const names = ['ids', 'vectors', ...(isClustered ? ['centres', 'rows', 'offsets'] : [])];
  const missing = names.filter((name) => !file.has(name));
  if (missing.length > 0) throw bad(path, `no ${missing.join(', ')}`, names.join(', '));
  const read = new Reader(path, file);
  const [count, width] = read.shape('vectors');
  const ids = read.integers('ids', count);
  const vectors = read.floats('vectors', width);
  const about = { ids, madeBy: metadata.made_by ?? '' };
  if (!isClustered) return { index: new ExactIndex(vectors, width), ...about };
  const centres = read.floats('centres', width);
  const clusters = centres.length / width;
  const [probes, recall] = [Number(metadata.probes), Number(metadata.recall)];
  const rows = read.integers('rows', count);
  const offsets = read.integers('offsets', clusters + 1);
  if (!isPermutation(rows)) throw bad(path, 'rows that occur twice or not at all', 'every row exactly once');
  if (offsets[0] !== 0 || offsets[clusters] !== count || offsets.some((end, i) => i > 0 && end < offsets[i - 1]))
    throw bad(path, 'clusters that overlap or leave gaps', `${clusters} clusters of ${count} vectors`);
  if (!(Number.isInteger(probes) && probes >= 1 && probes <= clusters))
    throw bad(path, `${metadata.probes} clusters to probe`, `1 to ${clusters}`);
  return { index: new ClusteredIndex({ width, vectors, rows, offsets, centres, probes, recall }), ...about };
}

class Reader {
  readonly #path: string;
  readonly #file: SafetensorsFile;

  constructor(path: string, file: SafetensorsFile) {
    this.#path = path;
    this.#file = file;
  }

  shape(name: string): readonly number[] {
    const { shape } = this.#file.header.entries.find((entry) => entry.name === name)!;
    if (shape.length === 2 && shape[1] > 0) return shape;
    throw bad(this.#path, `${name} with shape [${shape.join(', ')}]`, 'a matrix');
  }

  floats(name: string, width: number): Float32Array {
    const shape = this.shape(name);
    const values = this.#values(name);
    if (shape[1] !== width || !(values instanceof Float32Array))
      throw bad(this.#path, `${name} with shape [${shape.join(', ')}]`, `f32 of width ${width}`);
    if (values.some((value) => !Number.isFinite(value)))
      throw bad(this.#path, `${name} with values that are not numbers`, 'finite numbers');
    return values;
  }

  integers(name: string, count: number): Int32Array {
    const values = this.#values(name);
    if (values instanceof Int32Array && values.length === count) return values;
    throw bad(this.#path, `${name} with ${values.length} values`, `${count} whole numbers`);
  }

  /** Copied, so that the file can be unmapped. */
  #values(name: string) {
    return scope(() => this.#file.get(name).data().slice());
  }
}

function isPermutation(rows: Int32Array): boolean {
  const seen = new Uint8Array(rows.length);
  for (const row of rows) {
    if (row < 0 || row >= rows.length || seen[row] === 1) return false;
    seen[row] = 1;
  }
  return true;
}

function bad(path: string, got: string, expected: string): AttuneError {
  return new AttuneError('E_INDEX_BAD', {
    what: `${path} is not a valid index`,
    got,
    expected,
    fix: 'rebuild it: attune models index MODEL',
  });
}
