// V vectors, D width
import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { SafetensorsFile, scope } from '../../engine/tensor/index.ts';
import {
  buildIndex,
  ClusteredIndex,
  ExactIndex,
  readIndex,
  vectorsOf,
  writeIndex,
} from '../../engine/vectors/index.ts';
import type { JobContext } from '../../base/job.ts';
import { toUnitRows } from '../tasks/answers/text-vectors.ts';

export interface IndexVectorsInput {
  /** A safetensors file with `vectors`, f32 [V, D]. */
  vectors: string;
  /** An existing index to prepend. */
  previous?: string;
  /** Path of the index to write. */
  to: string;
  /** Hash identifying the model that made the vectors. */
  madeBy: string;
  /** Whether to normalise vectors to unit length, so that dot products are cosines. */
  isCosine: boolean;
  /** Uses exhaustive search whatever the number of vectors. */
  isExact?: boolean;
}

export interface IndexedVectors {
  kind: 'exact' | 'clustered';
  count: number;
  width: number;
  /** Recall@10 of a clustered index on the vectors that it was tuned on. */
  recall?: number;
  clusters?: number;
  probes?: number;
}

/** Writes an index of vectors to a file. @throws AttuneError E_INDEX_BAD, E_INDEX_STALE */
export function run(input: IndexVectorsInput, { emit }: JobContext): Promise<IndexedVectors> {
  const { vectors: path, previous, to, madeBy, isCosine, isExact = false } = input;
  const made = readVectors(path, isCosine);
  const { values, width } = previous === undefined ? made : after(previous, made, madeBy);
  emit({ type: 'phase-started', phase: 'save', message: `indexing ${plural(values.length / width, 'vectors')}` });
  const index = isExact ? new ExactIndex(values, width) : buildIndex(values, { width });
  const ids = Int32Array.from({ length: index.count }, (_, i) => i);
  writeIndex(to, { index, ids, madeBy });
  const { kind, count } = index;
  if (!(index instanceof ClusteredIndex)) return Promise.resolve({ kind, count, width });
  const { centres, probes, recall } = index.parts;
  return Promise.resolve({ kind, count, width, recall, probes, clusters: centres.length / width });
}

interface Vectors {
  /** [V · D] */
  values: Float32Array;
  width: number;
}

/** A copy, since the file may be replaced by its index. */
function readVectors(path: string, isCosine: boolean): Vectors {
  using file = new SafetensorsFile(path);
  const { shape } = file.header.entries.find(({ name }) => name === 'vectors')!;
  const [, width] = shape;
  const values = scope(() => file.get('vectors').data().slice()) as Float32Array;
  if (isCosine) toUnitRows(values, width);
  return { values, width };
}

/** Appends further vectors to those of an index. */
function after(path: string, { values, width }: Vectors, madeBy: string): Vectors {
  const stored = readIndex(path);
  if (stored.madeBy !== madeBy || stored.index.width !== width)
    throw new AttuneError('E_INDEX_STALE', { what: `${path} was built with another model`, fix: 'rebuild the index' });
  const earlier = vectorsOf(stored.index);
  const all = new Float32Array(earlier.length + values.length);
  all.set(earlier);
  all.set(values, earlier.length);
  return { values: all, width };
}
