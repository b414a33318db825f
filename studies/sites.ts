import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, federate, resolveRecipe, train } from '../src/app/index.ts';
import type { ComparedSystems } from '../src/app/use-cases/compare.ts';
import { formatNumber } from '../src/base/format.ts';
import { shuffled } from '../src/base/random.ts';
import { readAssessment } from '../src/evaluation/assessments/assessment-files.ts';
import { CHANGELOG_ORIGIN, fetchChangelogs, type ChangelogRow } from './data/changelogs.ts';
import type { Example, Findings, Setting } from './example.ts';

const SITES = 4;
/** Maximum items of a site and of a package. Only a fifth is trained on: federations are for sites with little data. */
const ROWS = { most: 480, ofPackage: 20 };
const SHARES = { validation: 0.2, test: 0.6 };
const SEED = 5;
const [ROUNDS, LOCAL_STEPS] = [6, 25];

/** Candidate settings, equally many together and alone; the best is chosen on validation rows. */
const TOGETHER = [
  { strategy: 'ffa', rate: 4e-3 },
  { strategy: 'ffa', rate: 1e-2 },
  { strategy: 'product', rate: 2e-3 },
] as const;
const ALONE = [
  { steps: ROUNDS * LOCAL_STEPS, rate: 1e-3 },
  { steps: ROUNDS * LOCAL_STEPS, rate: 2e-3 },
  { steps: (ROUNDS * LOCAL_STEPS) / 2, rate: 2e-3 },
] as const;

/** Four sites whose data differ: does each gain from training together? */
export const sites: Example = {
  title: 'Four sites that train together',
  async run(setting) {
    const rows = await fetchChangelogs(setting, (some) => sectionsOf(some).length >= SITES);
    const folder = join(setting.folder, 'sites');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const chosen = sectionsOf(rows).slice(0, SITES);
    for (const { section, rows: own } of chosen)
      writeFileSync(join(folder, `${section}.jsonl`), own.map(lineOf).join(''));
    return trainBoth(chosen, folder, setting);
  },
};

interface Section {
  section: string;
  rows: ChangelogRow[];
}

/** Sections with enough items, the largest first. */
function sectionsOf(rows: readonly ChangelogRow[]): Section[] {
  const sections = [...Map.groupBy(rows, ({ section }) => section)].map(([section, all]): Section => {
    const packages = [...Map.groupBy(all, ({ source }) => source).values()];
    const some = packages.flatMap((own) => shuffled(own, [SEED, section]).slice(0, ROWS.ofPackage));
    return { section, rows: shuffled(some, [SEED, `${section} rows`]).slice(0, ROWS.most) };
  });
  const isFit = ({ section, rows: own }: Section): boolean => section !== 'unknown' && own.length === ROWS.most;
  return sections.filter(isFit).toSorted((a, b) => b.rows.length - a.rows.length || (a.section < b.section ? -1 : 1));
}

function lineOf({ prompt, completion, source }: ChangelogRow): string {
  return `${JSON.stringify({ prompt, completion, source })}\n`;
}

const FLAGS = {
  'data.group_by': 'source',
  'data.validation': SHARES.validation,
  'data.test': SHARES.test,
  'evaluation.metrics': ['bits_per_byte'],
  'evaluation.max_new_tokens': 1,
};
const RECIPE = { model: 'attune-base', objective: 'sft', tuning: { r: 8, alpha: 16 } };

/** A way of training, with the validation loss of each site and the sites' runs. */
interface Tried {
  way: string;
  losses: number[];
  runs: string[];
}

async function trainBoth(chosen: readonly Section[], folder: string, setting: Setting): Promise<Findings> {
  const data = chosen.map(({ section }) => join(folder, `${section}.jsonl`));
  const [together, alone]: [Tried[], Tried[]] = [[], []];
  const count = setting.quick ? 1 : TOGETHER.length;
  for (const way of TOGETHER.slice(0, count)) together.push(await trainTogether(way, data, folder, setting));
  for (const way of ALONE.slice(0, count)) alone.push(await trainAlone(way, data, folder, setting));
  // A federation has one way of training; a site alone has its own.
  const shared = together.toSorted((a, b) => mean(a.losses) - mean(b.losses))[0];
  const rows: string[][] = [];
  let gained = 0;
  for (const [site, section] of chosen.entries()) {
    const own = alone.toSorted((a, b) => a.losses[site] - b.losses[site])[0];
    const { comparison } = (await compare([shared.runs[site], own.runs[site]])) as ComparedSystems;
    if (differenceOf(comparison).verdict === 'better') gained++;
    rows.push(rowOf(section, { comparison, way: own.way, run: shared.runs[site] }));
  }
  return findings(rows, { shared, together, alone, gained, names: chosen.map(({ section }) => section) });
}

async function trainTogether(
  { strategy, rate }: (typeof TOGETHER)[number],
  data: readonly string[],
  folder: string,
  { quick, log }: Setting,
): Promise<Tried> {
  const plan = {
    name: 'sections',
    recipe: { ...RECIPE, training: { batch_size: 8, learning_rate: rate } },
    rounds: quick ? 2 : ROUNDS,
    local_steps: quick ? 10 : LOCAL_STEPS,
    strategy,
    min_sites: SITES,
  };
  const way = `${strategy}, rate ${rate}`;
  const output = join(folder, `${strategy}-${rate}`);
  const flags = { ...FLAGS, 'evaluation.baselines': [] };
  const { verdicts } = await federate.simulate(plan, { data: [...data], output, flags, onNotice: log });
  const losses = Object.values(verdicts).map(({ metrics }) => metrics['validation-loss']);
  log(`together, ${way}: validation loss ${losses.map(figure).join(', ')}`);
  return { way, losses, runs: data.map((_, i) => join(output, 'sites', `site-${i + 1}`, 'run')) };
}

async function trainAlone(
  { steps, rate }: (typeof ALONE)[number],
  data: readonly string[],
  folder: string,
  { quick, log }: Setting,
): Promise<Tried> {
  const way = `${steps} steps, rate ${rate}`;
  const tried: Tried = { way, losses: [], runs: [] };
  for (const [site, file] of data.entries()) {
    const run = join(folder, `alone-${site + 1}-${steps}-${rate}`);
    const recipe = await resolveRecipe(
      {
        ...RECIPE,
        training: { batch_size: 8, learning_rate: rate, max_steps: quick ? 20 : steps },
        checkpoints: { every: 'never', best: false },
        evaluation: { every: 'never', patience: null, baselines: 'none' },
        output_dir: run,
      },
      { flags: { ...FLAGS, train: file } },
    );
    const { metrics } = await train(recipe, { handleSignals: false });
    tried.losses.push(metrics.loss!);
    tried.runs.push(run);
  }
  log(`alone, ${way}: validation loss ${tried.losses.map(figure).join(', ')}`);
  return tried;
}

interface Found {
  shared: Tried;
  together: readonly Tried[];
  alone: readonly Tried[];
  gained: number;
  names: readonly string[];
}

function findings(rows: string[][], found: Found): Findings {
  return {
    about: [
      "Four sections of Debian are four sites: what their packages' changelogs say differs. Each site continues a " +
        'changelog from package, version and the items before, and has little to learn from: some ' +
        `${Math.round(ROWS.most * (1 - SHARES.validation - SHARES.test))} items. Packages are divided, so that no ` +
        `package is both trained on and held out. ${ROUNDS} rounds of ${LOCAL_STEPS} steps of rank 8 on attune-base ` +
        'together, against LoRA of the same rank at each site alone. Validation rows choose among as many ways for ' +
        'both: one for the federation, and one for each site alone; the test rows were seen once, after that. ' +
        `Data: ${CHANGELOG_ORIGIN}.`,
    ],
    tables: tablesOf(rows, found),
    verdict: [
      `${found.gained} of ${SITES} sites gain over training alone beyond chance; all figures are on each site's own held-out ` +
        'packages.',
      'An earlier design gave each site 560 to 800 items (three quarters to train on) and FFA-LoRA the rate of LoRA ' +
        '(2e-3), without a choice on validation rows: none of the four gained over training alone (1.75, 1.31, 1.83 and ' +
        '1.05 bits per byte), all were worse (1.92, 1.67, 2.06 and 1.5).',
    ],
  };
}

function tablesOf(rows: string[][], { shared, together, alone, names }: Found): Findings['tables'] {
  const line = (kind: string, { way, losses }: Tried): string[] => [`${kind}, ${way}`, ...losses.map(figure)];
  return [
    {
      caption: 'loss of the ways that were tried, on validation rows',
      head: ['way', ...names],
      rows: [...together.map((one) => line('together', one)), ...alone.map((one) => line('alone', one))],
    },
    {
      caption: `bits per byte of held-out items (lower is better); together: ${shared.way}`,
      head: [
        'site',
        'items held out',
        'alone, by',
        'base',
        'alone',
        'together',
        'gain over the base',
        'gain over alone',
        'verdict',
      ],
      rows,
    },
  ];
}

type Comparison = ComparedSystems['comparison'];

function differenceOf({ differences, metric }: Comparison): Comparison['differences'][number] {
  return differences.find((one) => one.metric === metric)!;
}

function rowOf(
  { section }: Section,
  { comparison, way, run }: { comparison: Comparison; way: string; run: string },
): string[] {
  const { metric, systems, subject, rows } = comparison;
  const valueOf = (isOwn: boolean) => systems.find(({ name }) => (name === subject) === isOwn)!.values[metric].value;
  const against = readAssessment(run, 'comparison')!;
  const [ofBase, ofAlone] = [differenceOf(against), differenceOf(comparison)];
  const base = against.systems.find(({ name }) => name === ofBase.against)!.values[metric].value;
  return [
    section,
    String(rows),
    way,
    figure(base),
    figure(valueOf(false)),
    figure(valueOf(true)),
    interval(ofBase),
    interval(ofAlone),
    VERDICTS[ofAlone.verdict],
  ];
}

const VERDICTS = { better: 'better', worse: 'worse', 'no-evidence': 'no evidence of a difference' } as const;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figure(value: number): string {
  return formatNumber(value, 3);
}

function interval({ estimate, low, high }: Comparison['differences'][number]): string {
  return `${figure(estimate)} (${figure(low!)} to ${figure(high!)})`;
}
