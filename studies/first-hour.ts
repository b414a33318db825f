import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { firstHourSets } from './first-hour/index.ts';
import type { FirstHourSet, WrittenSet } from './first-hour/set.ts';
import type { Comparison } from '../src/store/results.ts';
import { decimals, shownValue } from './comparison-table.ts';
import type { Example, Setting } from './example.ts';

const BIN = resolve(import.meta.dirname, '../bin/attune');
const SEED = 1;
const FRESH = 200;
const RECIPE = 'recipe.yaml';

/** From a file to a model in use, with commands only and the recipe that `init` writes. */
export const firstHour: Example = {
  title: 'From my file to a model that I use',
  onlyByName: true,
  async run(setting) {
    const rows: string[][] = [];
    const verdict: string[] = [];
    for (const [name, set] of Object.entries(firstHourSets)) {
      const walked = await walk(name, set, setting);
      rows.push(walked.row);
      verdict.push(`${set.title}: ${walked.sentence}`);
    }
    const about = [
      `Data as small businesses have them, drawn by seed ${SEED} with a truth that is known ` +
        `(studies/first-hour). Each is taken by commands alone, with the recipe that \`attune init\` ` +
        `writes: init, train, predict on ${FRESH} fresh rows without answers. The ceiling is what no system ` +
        'can exceed on average.',
      ...Object.values(firstHourSets).map(({ title, about: what }) => `**${title}**: ${what}`),
    ];
    const head = ['data', 'metric', 'ceiling', 'tuned', 'best other system', 'fresh rows right', 'time of train'];
    return {
      about,
      tables: [{ caption: 'One run on each, on its test rows, with 95 % intervals', head, rows }],
      verdict,
    };
  },
};

interface Trained {
  folder: string;
  comparison: Comparison;
}

async function walk(name: string, set: FirstHourSet, { folder: cache, log, quick }: Setting) {
  const folder = join(cache, 'first-hour', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const size = { rows: quick ? Math.round(set.rows / 4) : set.rows, fresh: FRESH, seed: SEED };
  const written = await set.write(folder, size);
  const attune = commandsIn(folder, log);
  const made = await attune<{ command?: string }>(
    'init',
    written.data,
    ...written.answers,
    '--yes',
    '--output',
    RECIPE,
  );
  if (made.command !== undefined) await attune(...made.command.split(' ').slice(1));
  const began = performance.now();
  const { folder: run, comparison } = await attune<Trained>('train', RECIPE);
  const minutes = (performance.now() - began) / 60_000;
  const output = join(folder, 'predictions.jsonl');
  if (set.isSearch === true) {
    await attune('retrieve', 'index', run, '--input', written.data, '--to', 'index');
    await attune('retrieve', 'query', 'index', '--input', written.fresh, '--top-k', '1', '--to', output);
  } else await attune('predict', run, '--input', written.fresh, '--to', output);
  return {
    row: rowOf(set, written, { comparison, minutes, right: share(set, output, written.truth) }),
    sentence: comparison.sentence,
  };
}

/** Runs a command as a user does, and returns the output of --json. */
function commandsIn(cwd: string, log: Setting['log']) {
  return async <Result>(...words: string[]): Promise<Result> => {
    log(`attune ${words.join(' ')}`);
    const { stdout } = await promisify(execFile)(BIN, [...words, '--json'], { cwd, maxBuffer: 1 << 28 });
    return JSON.parse(stdout) as Result;
  };
}

interface Walked {
  comparison: Comparison;
  minutes: number;
  right: string;
}

function rowOf({ title }: FirstHourSet, { ceiling }: WrittenSet, { comparison, minutes, right }: Walked): string[] {
  const digits = decimals(3);
  const [tuned, ...others] = comparison.systems;
  const metric = comparison.metrics.find((one) => one.name === ceiling.metric);
  const isLess = metric?.better === 'lower';
  const best = others
    .filter(({ values }) => values[ceiling.metric] !== undefined)
    .toSorted((a, b) => (isLess ? 1 : -1) * (a.values[ceiling.metric].value - b.values[ceiling.metric].value))
    .at(0);
  const shown = (values: (typeof tuned)['values']) => shownValue(values[ceiling.metric], digits);
  return [
    title,
    metric?.title ?? ceiling.metric,
    `${digits(ceiling.value)} (${ceiling.because})`,
    shown(tuned.values),
    best === undefined ? 'none' : `${best.title}: ${shown(best.values)}`,
    right,
    `${minutes.toFixed(1)} min`,
  ];
}

/** Share of fresh rows that are predicted correctly; for numbers the share of explained variance. */
function share({ isSearch, isRight = isEqual }: FirstHourSet, output: string, truth: readonly unknown[]): string {
  const predicted = readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => answerIn(JSON.parse(line) as Answered, isSearch));
  if (typeof truth[0] === 'number') return `R² ${explained(predicted as number[], truth as number[]).toFixed(3)}`;
  const right = truth.filter((value, i) => isRight(predicted[i], value)).length;
  return `${right} of ${truth.length}`;
}

interface Answered {
  prediction?: unknown;
  hits?: readonly { row: { document?: string } }[];
}

function answerIn({ prediction, hits }: Answered, isSearch = false): unknown {
  return isSearch ? hits?.[0].row.document : prediction;
}

function isEqual(prediction: unknown, truth: unknown): boolean {
  return JSON.stringify(prediction) === JSON.stringify(truth);
}

function explained(predicted: readonly number[], truth: readonly number[]): number {
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const errors = truth.reduce((sum, value, i) => sum + (value - predicted[i]) ** 2, 0);
  return 1 - errors / truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
