import { join } from 'node:path';
import { compare, models, resolveRecipe } from '../src/app/index.ts';
import type { Comparison } from '../src/store/results.ts';
import { decimals, shownDifference, shownValue } from './comparison-table.ts';
import { coldItems, fetchDependencies, type Dependent } from './data/dependencies.ts';
import { fetchBaskets } from './data/supermarket.ts';
import { onEachCore } from './each-core.ts';
import type { Example, Setting, Table } from './example.ts';
import { writeRows, type Row } from './rows.ts';
import { trainWhole } from './train-whole.ts';

const METRICS = ['ndcg', 'recall_at_10', 'mrr'];
const CHEAP = ['popularity', 'item_knn', 'bpr_mf'] as const;
const TITLES: Readonly<Record<string, string>> = {
  two_tower: 'two towers',
  sasrec: 'SASRec',
  'base:two_tower': 'two towers, untrained',
  popularity: 'popularity',
  item_knn: 'item-kNN',
  bpr_mf: 'BPR',
};

/**
 * Further items for a basket, and further dependencies of a package: two recommendation models against baselines that
 * take seconds.
 */
export const recommendation: Example = {
  title: 'What else belongs in a basket, and what else a package depends on',
  async run(setting) {
    const [baskets, packages] = [await shop(setting), await dependencies(setting)];
    return {
      about: [baskets.about, packages.about],
      tables: [...baskets.tables, ...packages.tables],
      verdict: [...baskets.verdict, ...packages.verdict],
    };
  },
};

interface Part {
  about: string;
  tables: Table[];
  verdict: string[];
}

/** Both models and the cheap baselines on a supermarket's baskets. */
export async function measureBaskets(setting: Setting) {
  const baskets = (await fetchBaskets(setting)).slice(0, setting.quick ? 500 : undefined);
  const goods = [...new Set(baskets.flat())].toSorted().map((item) => ({ item, text: item }));
  const rows = baskets.map((items) => ({ items }));
  const epochs = { two_tower: 10, sasrec: 8 };
  const found = await study({ name: 'baskets', rows, catalogue: goods, epochs }, setting);
  return { ...found, baskets: baskets.length, goods: goods.length };
}

async function shop(setting: Setting): Promise<Part> {
  const found = await measureBaskets(setting);
  return {
    about:
      `Baskets of a supermarket (supermarket.arff in the Debian package weka, GPL-2): ${found.baskets} ` +
      `baskets of ${found.goods} departments and groups of goods, which have no features but their names. ` +
      'A basket has no order, so each was given one by chance; its last piece is to be found (test), the ' +
      'one before it chooses the step that is kept (validation), and the models learn all others from the ' +
      'pieces before them.',
    tables: [tableOf(found, `${found.subject.rows} baskets`)],
    verdict: found.verdict.map((sentence) => `Baskets: ${sentence}`),
  };
}

async function dependencies(setting: Setting): Promise<Part> {
  const { quick } = setting;
  const { dependents, catalogue } = await fetchDependencies(setting);
  const some = quick ? dependents.filter((_, place) => place % 10 === 0) : dependents;
  const used = new Set(some.flatMap(({ items }) => items));
  const known = catalogue.filter(({ item }) => used.has(item)).map((one) => ({ ...one }));
  const items = known.map(({ item }) => item);
  const { cold, rows, coldRows } = withoutColdItems(some, items);
  const epochs = { two_tower: 8, sasrec: quick ? 10 : 5 };
  const found = await study({ name: 'packages', rows, catalogue: known, epochs, coldRows }, setting);
  return {
    about: aboutDependencies({
      packages: some.length,
      dependencies: known.length,
      cold: cold.size,
      asked: coldRows.length,
    }),
    tables: [
      tableOf(found, `${found.subject.rows} packages`),
      tableOf(
        found.cold!,
        `${found.cold!.subject.rows} packages, to each of which an item is to be found that no training row has`,
      ),
    ],
    verdict: [
      ...found.verdict.map((sentence) => `Packages: ${sentence}`),
      'Items that nobody has chosen: by their features alone, two towers have a recall at 10 of ' +
        `${shownValue(found.cold!.subject.systems[0].values.recall_at_10, digits)}; what knows items by who ` +
        'chose them cannot find any.',
    ],
  };
}

/** Makes a tenth of the items cold: they only occur as the last item of separate rows. */
function withoutColdItems(all: readonly Dependent[], items: readonly string[]) {
  const cold = coldItems(items, 0.1);
  const warm = all.map((row) => ({ ...row, items: row.items.filter((item) => !cold.has(item)) }));
  const coldRows = all.flatMap((row, place) => {
    const item = row.items.find((one) => cold.has(one));
    const before = warm[place].items;
    return item === undefined || before.length < 2 ? [] : [{ ...row, items: [...before, item] }];
  });
  return { cold, rows: warm.filter((row) => row.items.length > 0), coldRows };
}

function aboutDependencies(of: { packages: number; dependencies: number; cold: number; asked: number }): string {
  return (
    `Debian's packages and what they depend on (apt: Packages, Translation-en): ${of.packages} packages with three or ` +
    `more of ${of.dependencies} dependencies that ten packages share and no more than 5 % of all; the order is by ` +
    'chance here too. The name, the description and the section of a dependency are its features. ' +
    `${of.cold} of them, drawn by chance, are left out of all training rows: ${of.asked} packages that have one are ` +
    'asked for it apart.'
  );
}

interface Study {
  name: string;
  rows: readonly Row[];
  catalogue: readonly Row[];
  epochs: { two_tower: number; sasrec: number };
  coldRows?: readonly Row[];
}

/** Comparisons; the first has all systems. */
interface Compared {
  /** The two-tower model against all others. */
  subject: Comparison;
  /** SASRec against the cheap baselines. */
  other?: Comparison;
}

async function study(
  { name, rows, catalogue, epochs, coldRows }: Study,
  setting: Setting,
): Promise<Compared & { verdict: string[]; cold?: Compared }> {
  const at = (what: string) => join(setting.folder, 'runs', `${name}-${what}`);
  const [data, items, cold] = [at('rows.jsonl'), at('items.jsonl'), at('cold.jsonl')];
  writeRows(data, rows);
  writeRows(items, catalogue);
  const runs = { two_tower: at('two_tower'), sasrec: at('sasrec') };
  const inWords = (sentence: string) =>
    sentence.replaceAll(runs.two_tower, TITLES.two_tower).replaceAll(runs.sasrec, TITLES.sasrec);
  await onEachCore(['two_tower', 'sasrec'] as const, async (type) => {
    const model = at(`${type}-new`);
    const blocks = type === 'two_tower' ? 1 : 2;
    await models.create(type, { data, output: model, blocks, ...(type === 'two_tower' && { items }) });
    await trainOn(data, { model, folder: runs[type], epochs: epochs[type] });
    setting.log(`${name}: ${TITLES[type]} trained`);
  });
  const options = { metrics: METRICS, maxRows: setting.quick ? 400 : 2000, seed: 0 };
  if (coldRows !== undefined) writeRows(cold, coldRows);
  const wanted: Parameters<typeof compare>[] = [
    [[runs.two_tower, runs.sasrec, ...CHEAP], options],
    [[runs.sasrec, ...CHEAP], { ...options, metrics: ['ndcg'] }],
    [[runs.two_tower, `base:${runs.two_tower}`, runs.sasrec, ...CHEAP], { ...options, data: cold }],
  ];
  const compared = await onEachCore(coldRows === undefined ? wanted.slice(0, 2) : wanted, (one) => compare(...one));
  const [all, other, found] = compared.map(({ comparison }) => comparison);
  const verdict = [inWords(all.sentence), `SASRec: ${inWords(other.sentence)}`];
  for (const line of verdict) setting.log(line);
  if (coldRows === undefined) return { subject: all, other, verdict };
  setting.log(inWords(found.sentence));
  return { subject: all, other, verdict, cold: { subject: found } };
}

async function trainOn(data: string, run: { model: string; folder: string; epochs: number }): Promise<void> {
  const isTower = run.model.includes('two_tower');
  const recipe = await resolveRecipe({
    model: run.model,
    data: { train: data },
    tuning: 'full',
    objective: isTower ? 'item_retrieval' : 'next_item',
    training: { epochs: run.epochs, batch_size: 128, ...(isTower ? {} : { learning_rate: 3e-3 }) },
    evaluation: { baselines: 'none' },
    checkpoints: { keep: 1 },
    report_to: [],
    output_dir: run.folder,
  });
  await trainWhole(recipe);
}

function tableOf({ subject, other }: Compared, caption: string): Table {
  const { metrics, systems } = subject;
  return {
    caption: `${caption}, with 95 % intervals`,
    head: [
      'system',
      ...metrics.map(({ title }) => title),
      'nDCG of two towers is better by',
      ...(other ? ['that of SASRec'] : []),
    ],
    rows: systems.map(({ name, values }) => [
      titleOf(name),
      ...metrics.map((metric) => shownValue(values[metric.name], digits)),
      differenceTo(subject, name),
      ...(other ? [differenceTo(other, name)] : []),
    ]),
  };
}

/** Runs are named after their folders. */
function titleOf(name: string): string {
  const kind = Object.keys(TITLES).find((one) => name === one) ?? (name.includes('sasrec') ? 'sasrec' : 'two_tower');
  return TITLES[name.startsWith('base:') ? 'base:two_tower' : kind];
}

function differenceTo({ differences, metric }: Comparison, name: string): string {
  return shownDifference(differences, { metric, against: name }, digits);
}

const digits = decimals(3);
