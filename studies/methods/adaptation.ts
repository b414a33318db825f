import { readAssessment } from '../../src/evaluation/assessments/assessment-files.ts';
import { join } from 'node:path';
import { resolveRecipe, type RecipeInput } from '../../src/app/index.ts';
import type { GeneralMeasure } from '../../src/evaluation/assessments/forgetting.ts';
import type { Comparison } from '../../src/store/results.ts';
import { decimals, shownDifference, shownValue } from '../comparison-table.ts';
import { fetchGeneralText, fetchHandbooks } from '../data/handbooks.ts';
import { onEachCore } from '../each-core.ts';
import type { Findings, Setting } from '../example.ts';
import { trainWhole } from '../train-whole.ts';

const SHARE = 0.4;

/** One way to adapt the base model to the manual. */
interface Way {
  name: string;
  title: string;
  retention?: (general: string) => RecipeInput['retention'];
}

const WAYS: readonly Way[] = [
  { name: 'alone', title: 'the manual alone' },
  {
    name: 'replay',
    title: `the manual with ${100 * SHARE} % general text mixed in`,
    retention: (path) => ({ replay: { path, share: SHARE, format: 'text' } }),
  },
];

interface Adapted {
  way: Way;
  comparison: Comparison;
  forgotten: readonly GeneralMeasure[];
}

/** How much the base model learns from an unseen manual, and how much general text it forgets. */
export async function studyAdaptation(setting: Setting): Promise<Findings> {
  const { folder: data, rows, pages } = await fetchHandbooks(setting);
  const general = await fetchGeneralText(setting);
  const steps = setting.quick ? 10 : 60;
  const adapted = await onEachCore(WAYS, (way) => adapt(way, { data, general, steps }, setting));
  return {
    about: [
      `Domain adaptation: three handbooks of Debian (maint-guide, debian-faq, debmake-doc; ${pages} pages in English, ` +
        `none in attune-base's pre-training), ${rows.train} rows to train on and ${rows.test} rows of other pages to ` +
        `test on. All weights, ${steps} steps of 8 rows. General text: Austen's novels, the World English Bible and the ` +
        'Jargon File; what is forgotten is measured on other documents of these, and of the World Factbook.',
    ],
    tables: [
      {
        caption: 'A manual learnt, and general text forgotten; bits per byte with 95 % intervals',
        head: ['tuned on', 'held-out pages of the manual', 'gain', 'general text before → after', 'forgotten'],
        rows: adapted.map(lineOf),
      },
    ],
    verdict: [verdictOf(adapted)],
  };
}

async function adapt(
  way: Way,
  { data, general, steps }: { data: string; general: string; steps: number },
  setting: Setting,
): Promise<Adapted> {
  const folder = join(setting.folder, 'runs', `methods-manual-${way.name}`);
  const recipe = await resolveRecipe({
    model: 'attune-base',
    data: { train: data, format: 'text', max_length: 256, long_rows: 'split' },
    objective: 'pretrain',
    tuning: 'full',
    training: { max_steps: steps, batch_size: 8, learning_rate: 1e-3, warmup_steps: 5, seed: 0 },
    retention: way.retention?.(general),
    evaluation: { every: 'never', metrics: ['bits_per_byte'], general: true, max_rows: setting.quick ? 30 : 150 },
    checkpoints: { every: 'never', best: false, keep: 1 },
    report_to: [],
    output_dir: folder,
  });
  const { comparison } = await trainWhole(recipe);
  const forgetting = readAssessment(folder, 'forgetting');
  if (comparison === undefined || forgetting === undefined) throw new Error(`the run in ${folder} was not measured`);
  setting.log(`${way.title}: ${comparison.sentence}`);
  return { way, comparison, forgotten: forgetting.measures };
}

const METRIC = 'bits_per_byte';
const bits = decimals(3);

function lineOf({ way, comparison, forgotten }: Adapted): string[] {
  const { subject, systems, differences } = comparison;
  const tuned = systems.find(({ name }) => name === subject)!.values[METRIC];
  const { before, after, loss, low, high } = textOf(forgotten);
  return [
    way.title,
    shownValue(tuned, bits),
    shownDifference(differences, { metric: METRIC, against: 'base' }, bits),
    `${bits(before)} → ${bits(after)}`,
    shownValue({ value: loss, low, high }, bits),
  ];
}

function textOf(measures: readonly GeneralMeasure[]): GeneralMeasure {
  return measures.find(({ metric }) => metric === METRIC)!;
}

function verdictOf(adapted: readonly Adapted[]): string {
  const parts = adapted.map(({ way, comparison, forgotten }) => {
    const gain = comparison.differences.find(({ metric, against }) => metric === METRIC && against === 'base')!;
    return `${way.title} gains ${bits(gain.estimate)} and forgets ${bits(textOf(forgotten).loss)}`;
  });
  return `Domain adaptation, bits per byte: ${parts.join('; ')}.`;
}
