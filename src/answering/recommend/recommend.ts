import { plural } from '../../base/format.ts';
import { loadData, type DataSource } from '../../data/index.ts';
import type { ItemsExample } from '../../data/example.ts';
import { AttuneError } from '../../base/errors.ts';
import type { JobContext } from '../../base/job.ts';
import { Recommender, type Recommendation } from './recommender.ts';

export interface RecommendInput {
  /** Folder of a run, an adapter or a model. */
  target: string;
  data: DataSource;
  /** Number of items per row. */
  count: number;
  /** Whether items of the row's history may be recommended. */
  keepSeen: boolean;
}

export interface RecommendedRow extends Recommendation {
  file: string;
  line: number;
  user?: string;
}

export interface Recommendations {
  rows: RecommendedRow[];
  index: { kind: 'exact' | 'clustered'; items: number };
}

/**
 * Recommends likely next items for each row, using the model's index. @throws AttuneError E_NO_ITEMS, E_WRONG_ROWS,
 * E_INDEX_…
 */
export async function run(input: RecommendInput, context: JobContext): Promise<Recommendations> {
  const { target, data, count, keepSeen } = input;
  const { emit, signal } = context;
  emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const recommender = await Recommender.open(target);
  const examples = await readItems(data, signal);
  emit({ type: 'phase-started', phase: 'generate', message: `answering ${plural(examples.length, 'rows')}` });
  const onProgress = (done: number, total: number) =>
    emit({ type: 'work-advanced', phase: 'generate', done, total, unit: 'rows' });
  const found = await recommender.recommend(examples, { count, keepSeen, onProgress, signal });
  const rows = examples.map(({ source, user }, i): RecommendedRow => {
    return { ...source, ...(user !== undefined && { user }), ...found[i] };
  });
  return { rows, index: recommender.about };
}

async function readItems(source: DataSource, signal: AbortSignal): Promise<ItemsExample[]> {
  const { splits } = await loadData({ train: [source], seed: 0, signal });
  return splits.train.map((row) => {
    if (row.kind === 'items') return row;
    throw new AttuneError('E_WRONG_ROWS', {
      what: 'Recommendations need rows with the choices of users',
      got: `${row.kind} rows (${row.source.file}:${row.source.line})`,
      expected: 'rows with user and item, or with a list of items',
    });
  });
}
