import { mkdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Comparison } from '../src/store/results.ts';
import { decimals, shownDifference, shownValue, type Digits } from './comparison-table.ts';
import { fetchDatedMail, type DatedMail } from './data/dated-mail.ts';
import { MAIL_ORIGIN } from './data/mail.ts';
import type { Example, Findings, Setting, Table } from './example.ts';
import { Office } from './loop/office.ts';
import {
  compareVersions,
  improveOnce,
  MODEL,
  poison,
  putInUse,
  rightShare,
  waitForDrift,
  writeMailRows,
  type Drift,
  type Poisoning,
  type Promoted,
} from './loop/story.ts';

/** Mails before it are the past: the model is trained on every second of them. */
const IN_USE = Date.UTC(2002, 8, 1);

/** A model in use on real mails, which change: noticed, corrected, retrained, tried, promoted; and an attack that is stopped. */
export const loop: Example = {
  title: 'A model in use when its data changes',
  async run(setting) {
    const folder = join(setting.folder, 'loop');
    const mails = await fetchDatedMail(setting);
    const home = process.env.ATTUNE_HOME;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // Registry and traces of its own.
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
  const stage = { setting, folder };
  const past = mails.filter(({ at }) => at < IN_USE).filter((_, place) => place % (setting.quick ? 4 : 2) === 0);
  const coming = mails.filter(({ at }) => at >= IN_USE);
  await putInUse(stage, past);
  setting.log(`trained on mails before ${day(IN_USE)}, and in use`);
  await using office = await Office.open(MODEL, folder);
  const drift = await waitForDrift(office, coming);
  if (drift === undefined) throw new Error('the mails changed, and no alarm was raised');
  setting.log(`alarm after ${drift.sorted.length} mails: ${drift.alarms.join('; ')}`);
  const promoted = await improveOnce(office, stage, coming.slice(drift.sorted.length));
  const later = coming.slice(drift.sorted.length + promoted.labelled.length + promoted.tried.length);
  const spam = drift.sorted.flatMap(({ mail }) => (mail.label === 'spam' ? [mail] : []));
  const poisoning = await poison(office, stage, { honest: promoted.tried, spam });
  setting.log(`poisoned batch: ${poisoning.improvement.decisions.at(-1)!.reason}`);
  const files = { 'mails of the past': join(folder, 'test.jsonl'), 'later mails': join(folder, 'later.jsonl') };
  writeMailRows(files['later mails'], later);
  const comparisons: [string, Comparison][] = [];
  for (const [name, file] of Object.entries(files)) {
    const comparison = await compareVersions(file);
    if (comparison !== undefined) comparisons.push([name, comparison]);
  }
  return findingsOf({ folder, past, coming, later, drift, promoted, poisoning, comparisons });
}

interface Story {
  folder: string;
  past: readonly DatedMail[];
  coming: readonly DatedMail[];
  later: readonly DatedMail[];
  drift: Drift;
  promoted: Promoted;
  poisoning: Poisoning;
  comparisons: readonly [string, Comparison][];
}

function findingsOf(story: Story): Findings {
  const { folder, past, coming, poisoning, drift, promoted } = story;
  const isStopped = poisoning.improvement.state === 'stopped';
  const isPromoted = promoted.improvement.state === 'promoted';
  return {
    about: [
      `SpamAssassin's public mails in the order of their dates, copies left out (${MAIL_ORIGIN}). Universal Sentence ` +
        `Encoder Lite is tuned on ${past.length} mails from before ${day(IN_USE)}, served, and asked for the class of ` +
        `each later mail by 25 branches with a key each. From the middle of September on the collection has summaries of news, ` +
        `which nobody told the model of.`,
      'People are played by the collection: whoever corrects, reviews or signs says what it says of the mail.',
    ],
    tables: [
      { caption: 'What happened', head: ['until the mail of', 'what', 'figures'], rows: eventRows(story) },
      ...comparisonTables(story),
    ],
    verdict: [
      `Noticed after ${drift.sorted.length} of ${coming.length} mails: ${drift.alarms[0]}.`,
      `${isPromoted ? 'Promoted' : 'Not promoted'}: ${lastReason(promoted, folder)}.`,
      `The poisoned batch was ${isStopped ? 'stopped' : 'not stopped'}: ${lastReason(poisoning, folder)}.`,
    ],
  };
}

/** Why it is where it is now. */
function lastReason({ improvement }: Promoted | Poisoning, folder: string): string {
  return told(improvement.decisions.at(-1)!.reason, folder);
}

/** A reason without the example's own folder, and as a part of a sentence. */
function told(reason: string, folder: string): string {
  return reason.replaceAll(`${folder}${sep}`, '').replace(/\.$/, '');
}

function eventRows({ folder, drift, promoted, poisoning, past }: Story): string[][] {
  const { improvement, labelled, tried } = promoted;
  const then = dateOf(tried, labelled);
  const steps = improvement.decisions.map(({ state, reason }) => [then, `loop: ${state}`, told(reason, folder)]);
  const { held, honest, poisoned } = poisoning;
  return [
    [day(past.at(-1)!.at), 'trained and in use', `${past.length} mails, a sixth to measure on`],
    [dateOf(drift.sorted), 'alarm', `after ${drift.sorted.length} mails: ${drift.alarms.join('; ')}`],
    [dateOf(labelled), 'mails labelled by people', `${labelled.length}, of which ${rightShare(labelled)} were right`],
    ...steps,
    ...(tried.length === 0
      ? []
      : [[then, 'mails during the trial', `${tried.length}, of which ${rightShare(tried)} were right`]]),
    [
      then,
      `poisoned batch: ${poisoning.improvement.state}`,
      `held: ${held.poisoned} of ${poisoned} poisoned rows, ${held.honest} of ${honest} others`,
    ],
  ];
}

/** Of both versions; none where nothing was promoted. */
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

/** Of the last mail. */
function dateOf(...parts: (readonly { mail: DatedMail }[])[]): string {
  return day(parts.find((part) => part.length > 0)!.at(-1)!.mail.at);
}
