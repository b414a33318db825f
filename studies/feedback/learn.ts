import { join } from 'node:path';
import { compare, resolveRecipe, type RecipeInput } from '../../src/app/index.ts';
import { formatDuration } from '../../src/base/format.ts';
import type { Comparison, Difference } from '../../src/store/results.ts';
import { SIGNS, shownValue, type Digits } from '../comparison-table.ts';
import type { Setting, Table } from '../example.ts';
import type { Row } from '../rows.ts';
import { trainWhole } from '../train-whole.ts';

export interface Answered extends Row {
  prompt: string;
  completion: string;
}

/** Results of one task. */
export interface Part {
  about: string;
  table: Table;
}

export type Settings = Omit<RecipeInput, 'output_dir' | 'evaluation' | 'model'>;

/** A method to learn from feedback or reward, with its title in the table. */
export interface Way {
  title: string;
  recipe: Settings;
}

/** A trained model: its folder, and how long the training took. */
interface Learnt {
  title: string;
  folder: string;
  seconds: number;
}

/** Tunes all weights of attune-base on rows and saves the result as a separate model. */
export async function firstTuned(name: string, train: string, setting: Setting): Promise<string> {
  const { folder } = await learn(`${name}-first`, setting, 'attune-base', {
    title: 'first',
    recipe: {
      data: { train, validation: 0.05, test: 0, max_length: 192, long_rows: 'drop' },
      tuning: 'full',
      training: { epochs: setting.quick ? 2 : 3, batch_size: 32, learning_rate: 1e-3 },
    },
  });
  return join(folder, 'model');
}

/** Trains with every method from the same model, one after another. */
export async function learnAll(
  name: string,
  setting: Setting,
  { start, ways }: { start: string; ways: readonly Way[] },
): Promise<Learnt[]> {
  const learnt: Learnt[] = [];
  for (const way of ways) {
    setting.log(`${name}: ${way.title}`);
    const key = way.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    learnt.push(await learn(`${name}-${key}`, setting, start, way));
  }
  return learnt;
}

async function learn(name: string, { folder }: Setting, model: string, { title, recipe }: Way): Promise<Learnt> {
  const output = join(folder, 'runs', name);
  const resolved = await resolveRecipe({
    ...recipe,
    model,
    evaluation: { every: 'epoch', baselines: 'none' },
    checkpoints: { every: 'epoch', keep: 1 },
    report_to: [],
    output_dir: output,
  });
  const started = performance.now();
  await trainWhole(resolved);
  return { title, folder: output, seconds: (performance.now() - started) / 1000 };
}

export interface Judging {
  setting: Setting;
  start: string;
  /** Rows that no model was trained on. */
  data: string;
  /** Names as in recipes, with the titles of the columns. */
  metrics: Readonly<Record<string, string>>;
  caption: string;
  digits: Digits;
}

/** A row for the initial model and one for each method: its results, the gain over the initial model, and its time. */
export async function gains(learnt: readonly Learnt[], judging: Judging): Promise<Table> {
  const { setting, start, data, metrics, caption, digits } = judging;
  const { comparison } = await compare([start, ...learnt.map(({ folder }) => folder)], {
    data,
    format: 'prompt_completion',
    metrics: Object.keys(metrics),
    maxRows: setting.quick ? 150 : 400,
    maxNewTokens: 48,
    seed: 0,
    allowOverlap: true,
  });
  const names = Object.keys(metrics).map(metricName);
  return {
    caption: `${caption}: ${comparison.rows} test rows, with 95 % intervals; gains are over the model before, on the same rows`,
    head: ['', ...Object.values(metrics).flatMap((title) => [title, 'gain']), 'trained for'],
    rows: comparison.systems.map(({ values, name }, i) => [
      i === 0 ? 'before' : learnt[i - 1].title,
      ...names.flatMap((metric) => [shownValue(values[metric], digits), gainOf(comparison, { metric, name }, digits)]),
      i === 0 ? '' : formatDuration(learnt[i - 1].seconds),
    ]),
  };
}

/** A custom metric is named ./file.ts#name. */
function metricName(metric: string): string {
  return metric.slice(metric.lastIndexOf('#') + 1);
}

/** The comparison says how much better the initial model is: the sign is reversed. */
function gainOf(
  { differences }: Comparison,
  { metric, name }: { metric: string; name: string },
  digits: Digits,
): string {
  const found = differences.find((one) => one.metric === metric && one.against === name);
  if (found === undefined) return '';
  const { estimate, low, high, verdict } = found;
  const turned: Record<Difference['verdict'], Difference['verdict']> = {
    better: 'worse',
    worse: 'better',
    'no-evidence': 'no-evidence',
  };
  const minus = (value: number | undefined) => (value === undefined ? undefined : -value);
  return `${SIGNS[turned[verdict]]} ${digits(-estimate)} (${digits(minus(high))} to ${digits(minus(low))})`;
}
