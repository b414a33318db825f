import { entryOf } from '../../base/table.ts';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../files/temporary.ts';
import type { EventSink } from '../../base/events.ts';
import { exampleRow, type Example } from '../../data/index.ts';
import { rowsWanted } from '../../evaluation/compare/sampled-rows.ts';
import type { MeasuredSize } from '../../evaluation/advice/learning-curve.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import type { Comparison } from '../../store/results.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { askingWayNames } from '../../store/asking-ways.ts';
import { runJob } from '../../jobs/worker/index.ts';
import type { WrittenMetric } from '../../jobs/evaluate/recipe-metrics.ts';
import { usualSystems } from '../../jobs/compare/usual-systems.ts';
import type { CheapRows } from './cross-validation.ts';

/** Column with the group of a written row. */
const GROUP = 'group';

export interface ModelCurveOptions {
  recipe: Recipe;
  rows: CheapRows;
  /** Growing parts of the training rows; the last one has all of them. */
  parts: readonly (readonly Example[])[];
  /** Metrics for all sizes: the answers in a small part alone could suggest others. */
  metrics: readonly WrittenMetric[];
  onEvent: EventSink;
  signal?: AbortSignal;
}

/**
 * Tunes the recipe's model on growing parts of the training rows with otherwise equal settings. The last result is
 * compared with its base, prompted in every way, and with the cheap systems.
 */
export async function measureModel(
  options: ModelCurveOptions,
): Promise<{ sizes: MeasuredSize[]; comparison: Comparison }> {
  const folder = temporaryFolder('advise');
  const { rows, parts } = options;
  try {
    const held = {
      validation: writeRows(join(folder, 'validation.jsonl'), rows.validation),
      test: writeRows(join(folder, 'test.jsonl'), rows.test),
    };
    const sizes: MeasuredSize[] = [];
    let comparison: Comparison | undefined;
    for (const [i, part] of parts.entries()) {
      const train = writeRows(join(folder, `train-${part.length}.jsonl`), part);
      const recipe = partRecipe(options.recipe, { ...held, train, folder: join(folder, `run-${part.length}`) });
      comparison = await trainAndCompare(recipe, { ...options, isLast: i === parts.length - 1 });
      sizes.push({ rows: part.length, value: entryOf(comparison.systems[0].values, comparison.metric) });
    }
    return { sizes, comparison: comparison! };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Trains on a part and compares the result; only the model of the largest part is compared with rivals. */
async function trainAndCompare(
  recipe: Recipe,
  { metrics, onEvent, signal, isLast }: ModelCurveOptions & { isLast: boolean },
): Promise<Comparison> {
  const folder = recipe.output_dir;
  await runJob({ job: 'train', input: { recipe }, folder, onEvent, signal });
  signal?.throwIfAborted();
  const [tuned, ...others] = usualSystems(
    { ...recipe, evaluation: { ...recipe.evaluation, baselines: [...askingWayNames, 'cheap'] } },
    folder,
  );
  const { max_rows: most, max_new_tokens: room } = recipe.evaluation;
  const maxRows = rowsWanted(most);
  const rows = { recipes: [recipe], split: 'test', allowOverlap: true, maxRows, seed: recipe.training.seed } as const;
  const systems = isLast ? [tuned, ...others] : [tuned];
  const maxNewTokens = room === 'auto' ? undefined : room;
  const input = { systems, rows, metrics, references: recipe.references, maxNewTokens };
  return (await runJob({ job: 'compare', input, onEvent, signal })).comparison;
}

function partRecipe(
  recipe: Recipe,
  paths: { train: string; validation: string; test: string; folder: string },
): Recipe {
  const source = (path: string) => [{ path, weight: null, format: null, columns: null }];
  const [train, validation, test] = [paths.train, paths.validation, paths.test].map(source);
  const group_by = recipe.data.group_by === null ? null : GROUP;
  // The rows are already split and in their standard format.
  const own = {
    train,
    validation,
    test,
    format: null,
    columns: null,
    group_by,
    split_by_time: null,
    allow_overlap: true,
  };
  return {
    ...recipe,
    data: { ...recipe.data, ...own },
    evaluation: { ...recipe.evaluation, baselines: 'none', metrics: 'auto' },
    report_to: [],
    output_dir: paths.folder,
  };
}

/** Writes rows with their groups, on which a comparison's confidence intervals depend. */
function writeRows(path: string, examples: readonly Example[]): string {
  const lines = examples.map((example) => JSON.stringify({ ...exampleRow(example), [GROUP]: example.group }));
  writeFileAtomic(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}
