import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { federate } from '../src/app/index.ts';
import { formatNumber } from '../src/base/format.ts';
import { shuffled } from '../src/base/random.ts';
import { readAssessment } from '../src/evaluation/assessments/assessment-files.ts';
import { CHANGELOG_ORIGIN, fetchChangelogs, type ChangelogRow } from './data/changelogs.ts';
import type { Example, Findings, Setting } from './example.ts';

const SITES = 4;
/** Items of a site, and of one package. */
const ROWS = { least: 150, most: 800, ofPackage: 20 };
const SEED = 5;

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
    return train(chosen, folder, setting);
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
  const isFit = ({ section, rows: own }: Section): boolean => section !== 'unknown' && own.length >= ROWS.least;
  return sections.filter(isFit).toSorted((a, b) => b.rows.length - a.rows.length || (a.section < b.section ? -1 : 1));
}

function lineOf({ prompt, completion, source }: ChangelogRow): string {
  return `${JSON.stringify({ prompt, completion, source })}\n`;
}

const FLAGS = {
  'data.group_by': 'source',
  'data.validation': 0,
  'data.test': 0.25,
  'evaluation.metrics': ['bits_per_byte'],
  'evaluation.max_new_tokens': 1,
  'evaluation.baselines': [],
};

async function train(chosen: readonly Section[], folder: string, { quick, log }: Setting): Promise<Findings> {
  const plan = {
    name: 'sections',
    recipe: {
      model: 'attune-base',
      objective: 'sft',
      tuning: { r: 8, alpha: 16 },
      training: { batch_size: 16, learning_rate: 2e-3 },
    },
    rounds: quick ? 2 : 6,
    local_steps: quick ? 10 : 25,
    min_sites: SITES,
  };
  const data = chosen.map(({ section }) => join(folder, `${section}.jsonl`));
  const output = join(folder, 'federation');
  const { verdicts } = await federate.simulate(plan, { data, output, alone: true, flags: FLAGS, onNotice: log });
  const rows = chosen.map((section, i) =>
    rowOf(section, verdicts[`site-${i + 1}`], join(output, 'sites', `site-${i + 1}`)),
  );
  const gained = Object.values(verdicts).filter(({ values }) => values['against-alone'] === 'better').length;
  return {
    about: [
      "Four sections of Debian are four sites: what their packages' changelogs say differs. Each site continues a changelog " +
        'from package, version and the items before; packages are divided, so that no package is both trained on and held ' +
        `out. ${plan.rounds} rounds of ${plan.local_steps} steps by FFA-LoRA of rank 8 on attune-base, against as many ` +
        `steps of LoRA at each site alone. Data: ${CHANGELOG_ORIGIN}.`,
    ],
    tables: [
      {
        caption: 'bits per byte of held-out items (lower is better) with gains of the shared adapter',
        head: ['site', 'items', 'base', 'alone', 'together', 'gain over the base', 'gain over alone', 'verdict'],
        rows,
      },
    ],
    verdict: [
      `${gained} of ${SITES} sites gain over training alone beyond chance; all figures are on each site's own held-out packages.`,
    ],
  };
}

type Verdict = Awaited<ReturnType<typeof federate.simulate>>['verdicts'][string];

function rowOf({ section, rows }: Section, { metrics, values }: Verdict, site: string): string[] {
  const comparison = readAssessment(join(site, 'run'), 'comparison')!;
  const ofBase = comparison.differences.find(({ metric }) => metric === comparison.metric)!;
  const base = comparison.systems.find(({ name }) => name === ofBase.against)!.values[comparison.metric].value;
  return [
    section,
    `${rows.length}, ${comparison.rows} held out`,
    figure(base),
    figure(metrics.alone),
    figure(metrics.value),
    interval(ofBase.estimate, ofBase.low, ofBase.high),
    interval(metrics.gain, metrics['gain-low'], metrics['gain-high']),
    String(values['against-alone']),
  ];
}

function figure(value: unknown): string {
  return formatNumber(Number(value), 3);
}

function interval(gain: unknown, low: unknown, high: unknown): string {
  return `${figure(gain)} (${figure(low)} to ${figure(high)})`;
}
