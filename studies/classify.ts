import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compare, resolveRecipe, type RecipeInput } from '../src/app/index.ts';
import type { TaskFiles } from '../src/app/quickstart/tasks/task.ts';
import { meanOf, meanOfDraws, rateOfDraws, type MeanOfDraws } from './draws.ts';
import { onEachCore } from './each-core.ts';
import type { Findings, Setting } from './example.ts';
import { drawRows, readRows, writeRows } from './rows.ts';
import { trainWhole } from './train-whole.ts';

/** One way to tune the base model. */
export interface Way {
  /** The part of the run folder's name for this way. */
  name: string;
  title: string;
  /** Folder of another model, in place of the study's base model. */
  model?: string;
  tuning: RecipeInput['tuning'];
  training: RecipeInput['training'];
  /** Epochs by the number of rows. */
  epochs: (rows: number) => number;
}

export interface ClassifierStudy {
  name: string;
  /** Folder of the base model. */
  model: string;
  files: Pick<TaskFiles, 'train' | 'test'>;
  /** The column with a row's class. */
  label: string;
  /** How rows are read: the `data` section of every recipe. */
  reading: Omit<RecipeInput['data'], 'train' | 'validation' | 'test'>;
  /** The baseline, with its name for `compare` and for people. */
  baseline: { name: string; title: string };
  /** Numbers of training rows. */
  sizes: readonly number[];
  draws: number;
  testRows: number;
  ways: readonly Way[];
}

/** Results for one draw of training rows, on the test rows that all systems could answer. */
interface Outcome {
  size: number;
  /** Index among the test rows. */
  ids: readonly string[];
  /** For each test row 1 if the baseline is right, else 0. */
  baseline: readonly number[];
  /** The same for each way. */
  ways: ReadonlyMap<Way, readonly number[]>;
}

/** Trains for every size, draw and way, and compares each result with the baseline trained on the same rows. */
export async function studyClassifiers(
  study: ClassifierStudy,
  setting: Setting,
): Promise<Pick<Findings, 'tables' | 'verdict'>> {
  // The largest first, so that the jobs that run last, on a partly idle machine, are short.
  const draws = drawsOf(study).toReversed();
  const cells = draws.flatMap((draw) => study.ways.map((way) => ({ way, draw })).toReversed());
  const folders = await onEachCore(cells, ({ way, draw }) => train(study, draw, way, setting));
  const runsOf = (draw: Draw) =>
    new Map(cells.flatMap((cell, i) => (cell.draw === draw ? [[cell.way, folders[i]]] : [])));
  const outcomes = await onEachCore(draws, (draw) => measure(study, draw, runsOf(draw), setting));
  refuseOtherRows(outcomes);
  const bySize = study.sizes.map((size) => ({ size, found: outcomes.filter((one) => one.size === size).toReversed() }));
  const table = {
    caption: `Percent of right answers on up to ${study.testRows} test rows with 95 % intervals; ${drawsInWords(study.draws)}`,
    head: ['training rows', 'system', 'right', `better than ${study.baseline.title} by`],
    rows: bySize.flatMap(({ size, found }) => sizeRows(study, size, found)),
  };
  return { tables: [table], verdict: bySize.map(({ size, found }) => sizeVerdict(study, size, found)) };
}

/** The mean over draws needs the same test row at each index. */
function refuseOtherRows([first, ...others]: readonly Outcome[]): void {
  const isSame = ({ ids }: Outcome) => ids.length === first.ids.length && ids.every((id, row) => id === first.ids[row]);
  if (!others.every(isSame)) throw new Error('the draws were compared on different test rows');
}

interface Draw {
  size: number;
  draw: number;
  /** Number of training rows. */
  file: string;
}

/** Writes the rows of each draw of training rows. */
function drawsOf({ files, sizes, draws, label }: ClassifierStudy): Draw[] {
  const pool = readRows(files.train);
  return sizes.flatMap((size) =>
    Array.from({ length: draws }, (_, draw) => {
      // In the folder of the original rows, since files named in rows are looked up there.
      const file = join(dirname(files.train), `draw-${size}-${draw}.jsonl`);
      writeRows(file, drawRows(pool, { column: label, count: size, seed: draw }));
      return { size, draw, file };
    }),
  );
}

/** The folder of a run. */
async function train(study: ClassifierStudy, { size, draw, file }: Draw, way: Way, setting: Setting): Promise<string> {
  const folder = join(setting.folder, 'runs', `${study.name}-${size}-${draw}-${way.name}`);
  const started = performance.now();
  const recipe = await resolveRecipe({
    model: way.model ?? study.model,
    // No validation rows: a result must not depend on further labelled rows. The last step is the result.
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
  setting.log(`${titleOf(study, { size, draw })}, ${way.title}: trained (${secondsSince(started)})`);
  return folder;
}

/** Compares all results of a draw at once: rows are read, and the baseline is fitted, once. */
async function measure(
  study: ClassifierStudy,
  draw: Draw,
  runs: ReadonlyMap<Way, string>,
  setting: Setting,
): Promise<Outcome> {
  const started = performance.now();
  const [first, ...others] = runs.values();
  const { comparison, rowScores } = await compare([first, ...others, study.baseline.name], {
    maxRows: study.testRows,
    metrics: ['accuracy'],
    seed: 0,
    allowOverlap: true,
  });
  for (const folder of runs.values()) rmSync(folder, { recursive: true });
  const { leftOut } = comparison;
  if (leftOut !== undefined) setting.log(`${leftOut.rows} test rows left out, of all systems: ${leftOut.reason}`);
  const { scores } = rowScores;
  const outcome: Outcome = {
    size: draw.size,
    ids: rowScores.ids,
    baseline: scores[study.baseline.name],
    ways: new Map([...runs].map(([way, folder]) => [way, scores[folder]])),
  };
  const shares = [...outcome.ways].map(([way, right]) => `${way.title} ${percent(meanOf(right))}`);
  const baseline = `${study.baseline.title} ${percent(meanOf(outcome.baseline))}`;
  setting.log(`${titleOf(study, draw)}: ${[...shares, baseline].join(', ')} (${secondsSince(started)})`);
  return outcome;
}

function titleOf({ name }: ClassifierStudy, { size, draw }: Pick<Draw, 'size' | 'draw'>): string {
  return `${name}, ${size} rows, draw ${draw + 1}`;
}

function secondsSince(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(0)} s`;
}

function sizeRows(study: ClassifierStudy, size: number, outcomes: readonly Outcome[]): string[][] {
  const [{ length: rows }] = outcomes.map(({ baseline }) => baseline);
  const rate = (of: (outcome: Outcome) => readonly number[]) =>
    shown(
      rateOfDraws(
        outcomes.map((one) => meanOf(of(one))),
        rows,
      ),
    );
  return [
    [`${size}`, `${study.baseline.title} (${rows} test rows)`, rate(({ baseline }) => baseline), ''],
    ...study.ways.map((way) => {
      const gain = gainOf(way, outcomes);
      return ['', way.title, rate(({ ways }) => ways.get(way)!), `${mark(gain)} ${shown(gain, true)}`];
    }),
  ];
}

/** Difference between the shares of rows that a way and the baseline answer correctly. */
function gainOf(way: Way, outcomes: readonly Outcome[]): MeanOfDraws {
  return meanOfDraws(outcomes.map(({ ways, baseline }) => ways.get(way)!.map((right, row) => right - baseline[row])));
}

/** "With 120 training rows better than tf-idf: …; worse: …; no evidence: …." */
function sizeVerdict(study: ClassifierStudy, size: number, outcomes: readonly Outcome[]): string {
  const marks = study.ways.map((way) => ({ way, sign: mark(gainOf(way, outcomes)) }));
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
