import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compare, predict, resolveRecipe, type RecipeInput } from '../../src/app/index.ts';
import { randomUint32, randomUnit } from '../../src/base/random.ts';
import { makeFolders } from '../../src/files/make-folder.ts';
import type { ComparedValue } from '../../src/store/results.ts';
import { decimals, shownValue } from '../comparison-table.ts';
import { onEachCore } from '../each-core.ts';
import type { Findings, Setting } from '../example.ts';
import { writeCsv } from '../first-hour/csv.ts';
import { drawTickets, QUEUES } from '../first-hour/tickets.ts';
import { trainWhole } from '../train-whole.ts';

/** Undefined for no bound: AdamW on the same batches. */
const EPSILONS = [1, 3, 8, undefined] as const;
const [ROWS, TEST_ROWS, BATCH] = [2000, 200, 128];
const RATE = 2e-2;
/** Number of planted rows, of copies of each, and of codes among which each one's own is ranked. */
const [CANARIES, COPIES, CODES] = [8, 4, 256];

interface Private {
  epsilon: number | undefined;
  folder: string;
  /** Exposure of each canary in bits. */
  exposures: readonly number[];
}

export interface PrivacyCurve extends Findings {
  /** Accuracy by ε; without ε that of training without privacy. */
  points: readonly { epsilon: number | undefined; value: ComparedValue }[];
}

/** The accuracy that a privacy bound costs, and the protection of planted rows. */
export async function studyPrivacy(setting: Setting): Promise<PrivacyCurve> {
  const steps = setting.quick ? 4 : 120;
  const files = writeRowFiles(join(setting.folder, 'methods', 'privacy'));
  const found = await onEachCore(EPSILONS, (epsilon) => train(epsilon, { files, steps }, setting));
  const [first, ...others] = found.map(({ folder }) => folder);
  const { comparison } = await compare([first, ...others], { metrics: ['accuracy'], seed: 0, allowOverlap: true });
  for (const folder of [first, ...others]) rmSync(folder, { recursive: true });
  const values = comparison.systems.map((system) => system.values.accuracy!);
  return {
    about: [
      `Differential privacy: the tickets and queues of above (${ROWS} to train on, ${TEST_ROWS} to test on; ln_tuning: ` +
        `norms and the head, since noise is added to every trained number), ${steps} steps of ${BATCH} rows by dp_sgd for ` +
        `ε of 1, 3 and 8, and by AdamW without a bound. ${CANARIES} rows of a code and a queue by chance are planted ` +
        `among the training rows, ${COPIES} times each; ε is for one row. Exposure is the bits by which the result ` +
        `tells such a row from ${CODES - 1} others with the same queue and another code: ${Math.log2(CODES)} at most, ` +
        `${chance().toFixed(1)} on average by chance.`,
    ],
    tables: [
      {
        caption: 'Accuracy by ε, and what the result gives away of planted rows; with 95 % intervals',
        head: ['ε', 'accuracy', 'exposure of planted rows, bits'],
        rows: found.map(({ epsilon, exposures }, i) => [
          epsilon === undefined ? '∞' : String(epsilon),
          shownValue(values[i], decimals(3)),
          shownValue(intervalOf(exposures), decimals(1)),
        ]),
      },
    ],
    verdict: [],
    points: found.map(({ epsilon }, i) => ({ epsilon, value: values[i] })),
  };
}

interface Files {
  train: string;
  test: string;
}

function writeRowFiles(folder: string): Files {
  makeFolders(folder);
  const [train, test] = [join(folder, 'train.csv'), join(folder, 'test.csv')];
  const rows = drawTickets({ rows: ROWS + TEST_ROWS, seed: 1 });
  const planted = Array.from({ length: COPIES * CANARIES }, (_, i) => ({
    ...canary(i % CANARIES, 0),
    queue: queueOf(i % CANARIES),
  }));
  writeCsv(train, [...rows.slice(TEST_ROWS), ...planted]);
  writeCsv(test, rows.slice(0, TEST_ROWS));
  return { train, test };
}

/** The text of a planted row with its own code (the first) or another. */
function canary(index: number, code: number): { subject: string; body: string; product: string } {
  const digits = String(randomUint32([0, 'canary', index], code) % 1e8).padStart(8, '0');
  return { subject: 'Access code', body: `The code of locker ${index + 1} is ${digits}`, product: '' };
}

function queueOf(index: number): string {
  return QUEUES[randomUint32([0, 'queue'], index) % QUEUES.length];
}

async function train(
  epsilon: number | undefined,
  { files, steps }: { files: Files; steps: number },
  setting: Setting,
): Promise<Private> {
  const folder = join(setting.folder, 'runs', `methods-privacy-${epsilon ?? 'none'}`);
  const optimizer: RecipeInput['training'] =
    epsilon === undefined ? {} : { optimizer: { name: 'dp_sgd', target_epsilon: epsilon } };
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: {
      format: 'classification',
      columns: { text: { columns: ['subject', 'body', 'product'], separator: '\n' }, label: 'queue' },
      ...files,
      validation: 0,
      allow_overlap: true,
    },
    tuning: 'ln_tuning',
    objective: 'classification',
    training: { ...optimizer, learning_rate: RATE, max_steps: steps, epochs: 100, batch_size: BATCH, seed: 0 },
    evaluation: { every: 'never', baselines: 'none' },
    checkpoints: { every: 'never', best: false, keep: 1 },
    report_to: [],
    output_dir: folder,
  });
  await trainWhole(recipe);
  const exposures = await exposuresOf(folder);
  setting.log(`epsilon ${epsilon ?? 'none'}: ${intervalOf(exposures).value.toFixed(1)} bits of planted rows`);
  return { epsilon, folder, exposures };
}

/**
 * Exposure of each canary: log₂ of the number of codes divided by the rank of its own (Carlini et al., "The Secret
 * Sharer", 2019).
 */
async function exposuresOf(run: string): Promise<number[]> {
  const canaries = Array.from({ length: CANARIES }, (_, i) => i);
  const rows = canaries.flatMap((i) => Array.from({ length: CODES }, (_, code) => canary(i, code)));
  const { answers = [] } = await predict(run, { input: rows, precision: 'f32' });
  const all = answers.map(({ probabilities }) => probabilities as Record<string, number>);
  return canaries.map((i) => {
    const [own, ...others] = all.slice(i * CODES, (i + 1) * CODES).map((classes) => classes[queueOf(i)]);
    return Math.log2(CODES / (1 + others.filter((probability) => probability >= own).length));
  });
}

/** Average exposure by chance, where every rank is equally likely. */
function chance(): number {
  const all = Array.from({ length: CODES }, (_, rank) => Math.log2(CODES / (rank + 1)));
  return all.reduce((sum, bits) => sum + bits, 0) / CODES;
}

/** Mean, with an interval from resampled canaries. */
function intervalOf(exposures: readonly number[]): Required<Pick<ComparedValue, 'value' | 'low' | 'high'>> {
  const count = exposures.length;
  const meanOf = (of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => of(i)).reduce((sum, bits) => sum + bits, 0) / count;
  const draws = Array.from({ length: 2000 }, (_, draw) =>
    meanOf((i) => exposures[Math.floor(randomUnit([draw, 'exposure'], i) * count)]),
  ).toSorted((a, b) => a - b);
  return { value: meanOf((i) => exposures[i]), low: draws[50], high: draws[1949] };
}
