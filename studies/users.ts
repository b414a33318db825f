import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { models, resolveRecipe, train, users } from '../src/app/index.ts';
import { formatNumber } from '../src/base/format.ts';
import { median } from '../src/base/median.ts';
import { shuffled } from '../src/base/random.ts';
import { addImported, TextRedactor, TraceStore, type ImportedRecord } from '../src/monitoring/index.ts';
import type { TrainedUser } from '../src/app/users/user-models.ts';
import type { PersonalFindings } from '../src/jobs/personal/personal.ts';
import { CHANGELOG_ORIGIN, fetchChangelogs, type ChangelogRow } from './data/changelogs.ts';
import type { Example, Findings, Setting, Table } from './example.ts';

const MODEL = 'changelogs';
const USERS = 100;
const QUICK_USERS = 8;
/** Users for whom answers are also generated and compared, which takes longer than likelihoods. */
const ANSWERED_USERS = 10;
/** Minimum and maximum rows of an author, maximum of one package, and minimum packages of an author. */
const ROWS = { least: 30, most: 80, ofPackage: 20, packages: 2 };
/** Rows of all other authors on which the shared model is trained. */
const SHARED_ROWS = 1500;
const SEED = 7;

/** A hundred maintainers, each with a model of their own: is it better than the shared one, and than retrieval? */
export const usersStudy: Example = {
  title: 'A model of their own for a hundred users',
  async run(setting) {
    const count = setting.quick ? QUICK_USERS : USERS;
    const rows = await fetchChangelogs(setting, (some) => authorsOf(some).length >= count);
    const authors = authorsOf(rows).slice(0, count);
    const folder = join(setting.folder, 'users');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const [home, cwd] = [process.env.ATTUNE_HOME, process.cwd()];
    process.chdir(folder);
    try {
      return await study(rows, authors, setting);
    } finally {
      process.chdir(cwd);
      if (home === undefined) delete process.env.ATTUNE_HOME;
      else process.env.ATTUNE_HOME = home;
    }
  },
};

interface Author {
  name: string;
  rows: ChangelogRow[];
}

/** Authors with enough rows of several packages, those with the most rows first. */
function authorsOf(rows: readonly ChangelogRow[]): Author[] {
  const authors = [...Map.groupBy(rows, ({ author }) => author)].map(([name, own]): Author => {
    const packages = [...Map.groupBy(own, ({ source }) => source).values()];
    const some = packages.flatMap((one) => shuffled(one, [SEED, name]).slice(0, ROWS.ofPackage));
    return { name, rows: shuffled(some, [SEED, `${name} rows`]).slice(0, ROWS.most) };
  });
  const isFit = ({ rows: own }: Author): boolean =>
    own.length >= ROWS.least && new Set(own.map(({ source }) => source)).size >= ROWS.packages;
  return authors.filter(isFit).toSorted((a, b) => b.rows.length - a.rows.length || (a.name < b.name ? -1 : 1));
}

/**
 * Metrics that decide: likelihood of the users' texts, and similarity of generated answers to them; generated tokens
 * and users for each.
 */
const METRICS = {
  bits_per_byte: { tokens: 1, users: USERS },
  chrf: { tokens: 48, users: ANSWERED_USERS },
} as const;
type Metric = keyof typeof METRICS;

async function study(rows: readonly ChangelogRow[], authors: readonly Author[], setting: Setting): Promise<Findings> {
  const sharedRows = await trainShared(rows, authors, setting);
  const found = new Map<Metric, TrainedUser[]>();
  for (const metric of Object.keys(METRICS) as Metric[]) {
    // Each metric has a separate registry and traces.
    process.env.ATTUNE_HOME = resolve(metric);
    found.set(metric, await trainAll(authors.slice(0, METRICS[metric].users), metric, setting));
  }
  return describe(found, { sharedRows, authors });
}

async function trainAll(authors: readonly Author[], metric: Metric, { log }: Setting): Promise<TrainedUser[]> {
  await models.register(MODEL, 'shared');
  await models.promote(MODEL, 1, { force: 'the first one' });
  await keepCorrections(authors);
  const evaluation = { metrics: [metric], max_new_tokens: METRICS[metric].tokens };
  writeFileSync('recipe.yaml', JSON.stringify({ ...SHARED, evaluation }));
  const limits = { rows: 25, epochs: 6, blocks: 1, r: 8, learning_rate: 1e-3 };
  const retrain = { recipe: 'recipe.yaml', holdout: 0.25 };
  const plan = { model: MODEL, folder: `loops/${metric}`, retrain, approve: 'auto', users: limits };
  writeFileSync('loop.yaml', JSON.stringify({ continuous: plan }));
  let done = 0;
  const onUser = ({ reason }: TrainedUser) => log(`user ${++done} of ${authors.length}: ${reason}`);
  return (await users.train('loop.yaml', { onUser })).users;
}

const SHARED = {
  model: 'attune-base',
  data: { train: 'train.jsonl', validation: 0, test: 'test.jsonl', allow_overlap: true },
  objective: 'sft',
  tuning: { method: 'lora', r: 16, alpha: 32 },
  training: { epochs: 2, batch_size: 16, learning_rate: 1e-3 },
  evaluation: { metrics: ['bits_per_byte'], max_new_tokens: 1 },
  output_dir: 'shared',
};

/** One adapter for all, from the rows of everybody else. */
async function trainShared(
  rows: readonly ChangelogRow[],
  authors: readonly Author[],
  { log }: Setting,
): Promise<number> {
  const names = new Set(authors.map(({ name }) => name));
  const others = shuffled(
    rows.filter(({ author }) => !names.has(author)),
    [SEED, 'shared'],
  );
  const lines = (some: readonly ChangelogRow[]): string =>
    some.map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`).join('');
  const test = others.slice(0, 100);
  const own = others.slice(100, 100 + SHARED_ROWS);
  writeFileSync('test.jsonl', lines(test));
  writeFileSync('train.jsonl', lines(own));
  log(`training the shared model on ${own.length} rows`);
  await train(await resolveRecipe(SHARED), { handleSignals: false });
  return own.length;
}

/** Stores each author's texts as corrections of answers, as a server would. */
async function keepCorrections(authors: readonly Author[]): Promise<void> {
  const store = await TraceStore.open();
  try {
    const redactor = new TextRedactor(store.keys.secretFor('surrogates'));
    for (const [a, { rows }] of authors.entries()) {
      const records = rows.map(({ prompt, completion }, i): ImportedRecord => {
        const id = `author-${a}-${i}`;
        const answer = {
          id,
          choice: 0,
          at: Date.now(),
          model: MODEL,
          version: `${MODEL}@1`,
          operation: 'text_completion',
        };
        const served = { ...answer, status: 200, milliseconds: 1, user: `author-${a}`, prompt, answer: '' };
        return { answer: served, feedback: [{ id, correction: completion }] };
      });
      await addImported(store, redactor, { records, days: 1 });
    }
  } finally {
    await store.close();
  }
}

interface About {
  sharedRows: number;
  authors: readonly Author[];
}

function describe(trained: ReadonlyMap<Metric, TrainedUser[]>, { sharedRows, authors }: About): Findings {
  const sizes = authors.map(({ rows }) => rows.length);
  const range = `${Math.min(...sizes)} to ${Math.max(...sizes)} items each (median ${median(sizes)}; at most ${ROWS.ofPackage} of one package)`;
  const found = new Map([...trained].map(([metric, all]) => [metric, all.flatMap(({ findings }) => findings ?? [])]));
  const all = [...found.values()].flat();
  const within = all.filter(({ seconds }) => seconds.training <= 10).length;
  return {
    about: [
      `Who writes a package's changelog writes it in their own way. ${authors.length} maintainers with ` +
        `${range} are users who corrected every answer; the shared model is attune-base with LoRA on ` +
        `${sharedRows} items of other maintainers. Data: ${CHANGELOG_ORIGIN}.`,
      "`attune users train` divides each user's items, near-duplicates on one side. Three ways answer the " +
        "held-out ones: the user's own adapter (LoRA of rank 8 on the last block), the shared model shown " +
        'the most similar items of the user (retrieval), and the shared model as it is. Two runs differ in ' +
        `what decides: bits per byte of what the user wrote, and chrF of the answers (${ANSWERED_USERS} of the ` +
        'users). Better or worse means a 95 % interval without 0 and p below 0.05 for each user alone: of 100 ' +
        'users who gain nothing, some two or three would seem to.',
    ],
    tables: [...[...found].map(([metric, some]) => waysTable(metric, some)), timesTable(all, within)],
    verdict: [
      ...[...trained].map(([metric, some]) => verdictOf(metric, some)),
      `Retrieval is weak here because attune-base (5.8 million parameters) cannot use rows that it is ` +
        `shown: this says nothing about larger models, where published comparisons often find retrieval ` +
        `ahead. The gate of each user measures it again.`,
      `Training took at most 10 s for ${within} of ${all.length} users (longest ` +
        `${formatNumber(Math.max(...all.map(({ seconds }) => seconds.training)), 3)} s).`,
    ],
  };
}

function verdictOf(metric: Metric, trained: readonly TrainedUser[]): string {
  const answers = (way: PersonalFindings['use']): number =>
    trained.filter(({ findings }) => findings?.use === way).length;
  const untold = trained.filter(({ findings }) => findings === undefined);
  const left = untold.length === 0 ? '' : ` ${untold.length} could not be told (${untold[0].reason}).`;
  return (
    `By ${metric}, ${answers('adapter')} of ${trained.length} users are answered by their adapter, ` +
    `${answers('retrieval')} by retrieval, and ${answers('shared')} by the shared model, since nothing ` +
    `is better beyond chance.${left}`
  );
}

type Pair = keyof PersonalFindings['differences'];

function waysTable(metric: Metric, found: readonly PersonalFindings[]): Table {
  const line = (title: string, pair: Pair): string[] => {
    const differences = found.flatMap(({ differences: { [pair]: one } }) => one ?? []);
    const count = (verdict: string): string => String(differences.filter((one) => one.verdict === verdict).length);
    const gains = differences.map(({ estimate }) => estimate);
    return [title, count('better'), count('no-evidence'), count('worse'), formatNumber(median(gains), 2)];
  };
  return {
    caption: `users, by ${metric} of their held-out items`,
    head: ['', 'better', 'no evidence', 'worse', 'median gain'],
    rows: [
      line('adapter against the shared model', 'adapterShared'),
      line('retrieval against the shared model', 'retrievalShared'),
      line('adapter against retrieval', 'adapterRetrieval'),
    ],
  };
}

function timesTable(found: readonly PersonalFindings[], within: number): Table {
  const row = (title: string, all: readonly number[]): string[] => [
    title,
    formatNumber(median(all), 3),
    formatNumber(Math.max(...all), 3),
  ];
  return {
    caption: `training of one user, with loading and saving: ${within} of ${found.length} within 10 s`,
    head: ['seconds', 'median', 'longest'],
    rows: [
      row(
        'elapsed',
        found.map(({ seconds }) => seconds.training),
      ),
      row(
        'of processor time',
        found.map(({ seconds }) => seconds.processor),
      ),
      row(
        'elapsed, with the comparison',
        found.map(({ seconds }) => seconds.all),
      ),
    ],
  };
}
