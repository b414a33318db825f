import { mkdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { formatPercent } from '../src/base/format.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import type { Comparison } from '../src/store/results.ts';
import { decimals, shownDifference, shownValue, type Digits } from './comparison-table.ts';
import { fetchDatedMail, type DatedMail } from './data/dated-mail.ts';
import { MAIL_ORIGIN } from './data/mail.ts';
import type { Example, Findings, Setting, Table } from './example.ts';
import { MailTime } from './loop/mail-time.ts';
import { compareVersions, firstAnswers } from './loop/measure.ts';
import { Office, type Sorted } from './loop/office.ts';
import { qualityPicture, type Event } from './loop/picture.ts';
import {
  improveOnce,
  MODEL,
  poison,
  putInUse,
  UNTIL_LOOKED,
  waitForDrift,
  writeMailRows,
  type Drift,
  type Improved,
  type Poisoning,
  type Stage,
} from './loop/story.ts';

/**
 * Emails before this date are for training, those of the month after it for testing; later ones come to the model in
 * use.
 */
const TRAINED_UNTIL = Date.UTC(2002, 7, 1);
const IN_USE = Date.UTC(2002, 8, 1);
/** One in this many emails of the month in between. */
const TESTED = 4;
/** Emails that the new version answers before the attack. */
const BEFORE_ATTACK = 150;
const PICTURE = 'loop.svg';

/**
 * A model in use on real, changing emails: the drift is detected, reviewed, and answered by a new version that is tried
 * and promoted; and an attack is stopped.
 */
export const loop: Example = {
  title: 'A model in use when its data changes',
  async run(setting) {
    const folder = join(setting.folder, 'loop');
    const mails = await fetchDatedMail(setting);
    const home = process.env.ATTUNE_HOME;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // Its own registry and traces.
    process.env.ATTUNE_HOME = join(folder, 'home');
    try {
      return await liveThrough(mails, folder, setting);
    } finally {
      if (home === undefined) delete process.env.ATTUNE_HOME;
      else process.env.ATTUNE_HOME = home;
    }
  },
};

async function liveThrough(mails: readonly DatedMail[], folder: string, setting: Setting): Promise<Findings> {
  using time = new MailTime(IN_USE);
  const stage = { setting, folder, time };
  const train = mails.filter(({ at }, place) => at < TRAINED_UNTIL && (!setting.quick || place % 2 === 0));
  const between = mails.filter(({ at }) => at >= TRAINED_UNTIL && at < IN_USE);
  const coming = mails.filter(({ at }) => at >= IN_USE);
  const test = between.filter((_, place) => place % TESTED === 0);
  await putInUse(stage, { train, test });
  setting.log(`trained on mails before ${day(TRAINED_UNTIL)}, in use from ${day(IN_USE)} on`);
  await using office = await Office.open(MODEL, { folder, time });
  const served = await serveAll(office, stage, coming);
  const story = { folder, train, test, ...served };
  const files = {
    'mails of the month before': join(folder, 'test.jsonl'),
    'mails of the drift': join(folder, 'drift.jsonl'),
  };
  writeMailRows(
    files['mails of the drift'],
    served.unseen.map(({ mail }) => mail),
  );
  const comparisons: [string, Comparison][] = [];
  for (const [name, file] of Object.entries(files)) {
    const comparison = await compareVersions(file);
    if (comparison !== undefined) comparisons.push([name, comparison]);
  }
  await drawQuality(story);
  return findingsOf({ ...story, comparisons });
}

interface Served {
  drift: Drift;
  /** Number of emails from the first one to the review. */
  before: Sorted[];
  improved: Improved;
  poisoning: Poisoning;
  /** All emails in order, without the attacker's. */
  all: Sorted[];
  /** Emails after the review: nobody labelled these for training. */
  unseen: Sorted[];
  /** Emails before the attack. */
  attacked: number;
}

async function serveAll(office: Office, stage: Stage, coming: readonly DatedMail[]): Promise<Served> {
  const { log } = stage.setting;
  const drift = await waitForDrift(office, coming);
  if (drift === undefined) throw new Error('the mails changed, and no alarm was raised');
  log(`alarm after ${drift.sorted.length} mails: ${drift.alarm.message}`);
  const rest = coming.slice(drift.sorted.length);
  const before = [...drift.sorted, ...(await office.sort(rest.slice(0, UNTIL_LOOKED)))];
  // The loop reads what has been written to disk.
  await office.alarms();
  const improved = await improveOnce(office, stage, { served: before, coming: rest.slice(UNTIL_LOOKED) });
  const left = coming.slice(before.length + improved.tried.length);
  const unseen = [...improved.tried, ...(await office.sort(left.slice(0, BEFORE_ATTACK)))];
  const attacked = before.length + unseen.length;
  const spam = before.flatMap(({ mail }) => (mail.label === 'spam' ? [mail] : []));
  const poisoning = await poison(office, stage, { honest: unseen, spam });
  log(`poisoned batch: ${poisoning.reason}`);
  unseen.push(...(await office.sort(left.slice(BEFORE_ATTACK))));
  return { drift, before, improved, poisoning, all: [...before, ...unseen], unseen, attacked };
}

interface Story extends Served {
  folder: string;
  train: readonly DatedMail[];
  test: readonly DatedMail[];
  comparisons: readonly [string, Comparison][];
}

async function drawQuality(story: Omit<Story, 'comparisons'>): Promise<void> {
  const { all, drift, before, improved, attacked } = story;
  const first = await firstAnswers(all.map(({ mail }) => mail));
  const answered = all.map(({ mail, label }, place) => ({
    at: mail.at,
    isRight: label === mail.label,
    wasRight: first[place] === mail.label,
  }));
  const since = all.findIndex(({ mail }) => mail.at >= (drift.alarm.since ?? 0));
  const isPromoted = improved.state === 'promoted';
  const isStopped = story.poisoning.state === 'stopped';
  const events: Event[] = [
    { after: since, name: 'drift begins, as the alarm says' },
    { after: drift.sorted.length, name: 'alarm', isBad: true },
    { after: before.length, name: 'people looked at 200 answers; retrained' },
    { after: before.length + improved.tried.length, name: isPromoted ? 'promoted' : 'not promoted' },
    { after: attacked, name: `poisoned batch ${isStopped ? 'stopped' : 'not stopped'}`, isBad: true },
  ];
  writeFileAtomic(join(import.meta.dirname, '..', 'docs', PICTURE), qualityPicture(answered, events));
}

function findingsOf(story: Story): Findings {
  const { folder, train, test, all, poisoning, drift, improved } = story;
  const isStopped = poisoning.state === 'stopped';
  const isPromoted = improved.state === 'promoted';
  return {
    about: [
      `SpamAssassin's public mails in the order of their dates, copies left out (${MAIL_ORIGIN}). Universal Sentence ` +
        `Encoder Lite is tuned on ${train.length} mails from before ${day(TRAINED_UNTIL)}, measured on ${test.length} of the ` +
        `month after, served from ${day(IN_USE)} on, and asked for the class of each mail by 25 branches with a key each. ` +
        `From the end of September on the collection has summaries of news, which nobody told the model of.`,
      'People are played by the collection: whoever reviews, corrects or signs says what it says of the mail. Time is that of ' +
        'the mails, and the alarm is about confidence: topics and shares of spam change in every week of a mailbox.',
      `![Percent of mails sorted right over time](${PICTURE})`,
    ],
    tables: [
      {
        caption: 'What happened',
        head: ['date of the mail', 'mails so far', 'what', 'figures'],
        rows: eventRows(story),
      },
      ...comparisonTables(story),
    ],
    verdict: [
      `Noticed after ${drift.sorted.length} of ${all.length} mails: ${drift.alarm.message}.`,
      `${isPromoted ? 'Promoted' : 'Not promoted'}: ${told(improved.decisions.at(-1)!.reason, folder)}.`,
      `The poisoned batch was ${isStopped ? 'stopped' : 'not stopped'}: ${told(poisoning.reason, folder)}.`,
    ],
  };
}

/** A reason without the example's folder, as a part of a sentence. */
function told(reason: string, folder: string): string {
  return reason.replaceAll(`${folder}${sep}`, '').replace(/\.$/, '');
}

function eventRows({ folder, drift, before, improved, poisoning, all, attacked }: Story): string[][] {
  const { decisions, tried } = improved;
  const { held, honest, poisoned } = poisoning;
  const row = (after: number, what: string, figures: string): string[] => [
    day(all[Math.max(0, after - 1)].mail.at),
    `${after}`,
    what,
    figures,
  ];
  const looked = before.length;
  const ended = looked + tried.length;
  const share = (from: number, to: number): string => rightShare(all.slice(from, to));
  const calm = drift.sorted.length - 200;
  const steps = decisions.map(({ state, reason }) =>
    row(state === 'promoted' ? ended : looked, `loop: ${state}`, told(reason, folder)),
  );
  return [
    row(calm, 'in use', `${share(0, calm)} right so far`),
    row(
      drift.sorted.length,
      'alarm',
      `${drift.alarm.message}; ${share(calm, drift.sorted.length)} of the last 200 right`,
    ),
    row(looked, 'people look', `${share(looked - UNTIL_LOOKED, looked)} right since the alarm`),
    ...steps,
    row(ended, 'trial', `${tried.length} mails, ${share(looked, ended)} right by both versions`),
    row(
      attacked,
      `poisoned batch: ${poisoning.state}`,
      `held: ${held.poisoned} of ${poisoned} poisoned rows, ${held.honest} of ${honest} others`,
    ),
    row(all.length, 'in use', `${share(ended, all.length)} right since the promotion`),
  ];
}

/** Accuracy on classified emails, by the collection's labels. */
function rightShare(sorted: readonly Sorted[]): string {
  return formatPercent(sorted.filter(({ label, mail }) => label === mail.label).length / sorted.length);
}

/** Comparison of both versions; absent if nothing was promoted. */
function comparisonTables({ comparisons }: Story): Table[] {
  if (comparisons.length === 0) return [];
  return [
    {
      caption: `Percent of right answers with 95 % intervals, on mails that neither version was trained on`,
      head: ['', 'rows', 'before', 'after', 'after is better by'],
      rows: comparisons.map(([name, comparison]) => comparisonRow(name, comparison)),
    },
  ];
}

function comparisonRow(name: string, { rows, systems, differences }: Comparison): string[] {
  const [after, before] = systems.map(({ values }) => shownValue(values.accuracy, percents));
  const against = { metric: 'accuracy', against: systems[1].name };
  return [name, `${rows}`, before, after, shownDifference(differences, against, percents)];
}

const percents: Digits = (share) => decimals(1)(share == null ? share : 100 * share);

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
