import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare, resolveRecipe, type RecipeInput } from '../src/app/index.ts';
import type { TaskFiles } from '../src/app/quickstart/tasks/task.ts';
import type { Comparison } from '../src/store/results.ts';
import { meanOfDraws, rateOfDraws, type MeanOfDraws } from './draws.ts';
import { onEachCore } from './each-core.ts';
import type { Findings, Setting } from './example.ts';
import { drawRows, readRows, writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

/** One way to tune the base model. */
export interface Way {
  /** Part of the run's folder. */
  name: string;
  title: string;
  /** Folder of a model of its own, in place of the study's. */
  model?: string;
  tuning: RecipeInput['tuning'];
  training: RecipeInput['training'];
  /** Passes over the rows, by how many there are. */
  epochs: (rows: number) => number;
}

export interface ClassifierStudy {
  name: string;
  /** Folder of the base model. */
  model: string;
  files: Pick<TaskFiles, 'train' | 'test'>;
  /** Column of a row's class. */
  label: string;
  /** How the rows are read; `data` of every recipe. */
  reading: Omit<RecipeInput['data'], 'train' | 'validation' | 'test'>;
  /** What it is compared with, as `compare` names it, and for people. */
  baseline: { name: string; title: string };
  /** Training rows. */
  sizes: readonly number[];
  draws: number;
  testRows: number;
  ways: readonly Way[];
}

/** One result on the test rows. */
interface Outcome {
  accuracy: number;
  baseline: number;
  /** Test rows that all systems could answer. */
  rows: number;
  /** By test row: 1 where only the result is right, -1 where only the baseline is. */
  gains: Float64Array;
}

/** Trains on every size, draw and way, and compares each result with the baseline that had the same rows. */
export async function studyClassifiers(
  study: ClassifierStudy,
  setting: Setting,
): Promise<Pick<Findings, 'tables' | 'verdict'>> {
  const cells = cellsOf(study);
  const comparisons = await onEachCore(cells, (cell) => measure(study, cell, setting));
  const ids = new TestRows();
  const rows: string[][] = [];
  const verdict: string[] = [];
  for (const size of study.sizes) {
    const outcomes = new Map<Way, Outcome[]>(study.ways.map((way) => [way, []]));
    for (const [i, cell] of cells.entries())
      if (cell.size === size) outcomes.get(cell.way)!.push(outcomeOf(comparisons[i], ids));
    rows.push(...sizeRows(study, size, outcomes));
    verdict.push(sizeVerdict(study, size, outcomes));
  }
  const table = {
    caption: `Percent of right answers on up to ${study.testRows} test rows with 95 % intervals; ${drawsInWords(study.draws)}`,
    head: ['training rows', 'system', 'right', `better than ${study.baseline.title} by`],
    rows,
  };
  return { tables: [table], verdict };
}

interface Cell {
  way: Way;
  size: number;
  draw: number;
  /** Of training rows. */
  file: string;
}

/** Every way with every draw of training rows; the rows are written. */
function cellsOf({ files, sizes, draws, label, ways }: ClassifierStudy): Cell[] {
  const pool = readRows(files.train);
  return sizes.flatMap((size) =>
    Array.from({ length: draws }, (_, draw) => {
      // Beside the rows that it is drawn from: files that rows name are looked for there.
      const file = join(dirname(files.train), `draw-${size}-${draw}.jsonl`);
      writeRows(file, drawRows(pool, { column: label, count: size, seed: draw }));
      return ways.map((way) => ({ way, size, draw, file }));
    }).flat(),
  );
}

async function measure(study: ClassifierStudy, { way, size, draw, file }: Cell, setting: Setting): Promise<Comparison> {
  const folder = join(setting.folder, 'runs', `${study.name}-${size}-${draw}-${way.name}`);
  const started = performance.now();
  const recipe = await resolveRecipe({
    model: way.model ?? study.model,
    // Whatever the rows are worth must not be told by further labelled rows: no validation, the last step is the result.
    data: { ...study.reading, train: file, validation: 0, test: study.files.test, allow_overlap: true },
    tuning: way.tuning,
    objective: 'classification',
    training: { ...way.training, epochs: way.epochs(size), seed: draw },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false },
    report_to: [],
    output_dir: folder,
  });
  await trainWhole(recipe);
  const { comparison } = await compare([folder, study.baseline.name], {
    maxRows: study.testRows,
    metrics: ['accuracy'],
    seed: 0,
    allowOverlap: true,
  });
  rmSync(folder, { recursive: true });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const { leftOut, systems } = comparison;
  if (leftOut !== undefined) setting.log(`${leftOut.rows} test rows left out, of all systems: ${leftOut.reason}`);
  const [own, other] = systems.map(({ values }) => percent(values.accuracy.value!));
  setting.log(
    `${study.name}, ${size} rows, draw ${draw + 1}, ${way.title}: ${own}, ${study.baseline.title} ${other} (${seconds} s)`,
  );
  return comparison;
}

/** A place for each test row by its id, the same in every comparison. Rows that nothing told apart need none. */
class TestRows {
  readonly #places = new Map<string, number>();

  place(id: string): number {
    const place = this.#places.get(id) ?? this.#places.size;
    this.#places.set(id, place);
    return place;
  }
}

function outcomeOf({ systems, flips, rows }: Comparison, ids: TestRows): Outcome {
  const gains = new Float64Array(rows);
  for (const id of flips.better) gains[ids.place(id)] = 1;
  for (const id of flips.worse) gains[ids.place(id)] = -1;
  const [own, other] = systems.map(({ values }) => values.accuracy.value);
  return { accuracy: own, baseline: other, rows, gains };
}

function sizeRows(study: ClassifierStudy, size: number, outcomes: ReadonlyMap<Way, readonly Outcome[]>): string[][] {
  const [first] = outcomes.values();
  const rate = (rates: readonly number[]) => shown(rateOfDraws(rates, first[0].rows));
  return [
    [
      `${size}`,
      `${study.baseline.title} (${first[0].rows} test rows)`,
      rate(first.map(({ baseline }) => baseline)),
      '',
    ],
    ...[...outcomes].map(([way, found]) => {
      const gain = meanOfDraws(found.map(({ gains }) => gains));
      return ['', way.title, rate(found.map(({ accuracy }) => accuracy)), `${mark(gain)} ${shown(gain, true)}`];
    }),
  ];
}

/** "With 120 training rows better than tf-idf: …; worse: …; no evidence: …." */
function sizeVerdict(study: ClassifierStudy, size: number, outcomes: ReadonlyMap<Way, readonly Outcome[]>): string {
  const marks = [...outcomes].map(([way, found]) => ({
    way,
    sign: mark(meanOfDraws(found.map(({ gains }) => gains))),
  }));
  const parts = Object.entries(WORDS).flatMap(([sign, words]) => {
    const titles = marks.filter((one) => one.sign === sign).map(({ way }) => way.title);
    return titles.length === 0 ? [] : [`${words} ${study.baseline.title}: ${titles.join('; ')}`];
  });
  return `With ${size} training rows ${parts.join('. ')}.`;
}

const WORDS = { '▲': 'better than', '▼': 'worse than', '·': 'no evidence of a difference to' };

function mark({ low, high }: MeanOfDraws): string {
  return low > 0 ? '▲' : high < 0 ? '▼' : '·';
}

/** `71.2 (69.1 to 73.3)`, in percent. */
function shown({ mean, low, high }: MeanOfDraws, isDifference = false): string {
  const text = (share: number) => `${isDifference && share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`;
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function drawsInWords(draws: number): string {
  return draws === 1
    ? 'one training draw, whose chance no interval holds'
    : `mean of ${draws} training draws, whose chance the intervals hold`;
}
