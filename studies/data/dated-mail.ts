import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { looseKey } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { UnionFind } from '../../src/data/union-find.ts';
import { findNearDuplicates } from '../../src/data/near-duplicates.ts';
import { findDocuments, readDocuments } from '@attune/documents';
import { makeFolders } from '../../src/files/make-folder.ts';
import type { Setting } from '../example.ts';
import { readRows, writeRows, type Row } from '../rows.ts';
import { SHORTEST_MAIL, writeMails } from './mail.ts';

/** An email's own text, its date, and whether it is spam. */
export interface DatedMail extends Row {
  text: string;
  label: 'spam' | 'ham';
  /** Milliseconds since the epoch, from the email's header. */
  at: number;
}

/**
 * The months in which the collection was made. A date outside them is forged and does not tell when the email was sent.
 */
const PERIOD = [Date.UTC(2001, 5), Date.UTC(2003, 0)] as const;

/** SpamAssassin's public emails in the order of their dates; of near-duplicates the first one. */
export async function fetchDatedMail(setting: Setting): Promise<DatedMail[]> {
  const folder = join(setting.folder, 'dated-mail');
  const file = join(folder, 'mails.jsonl');
  if (existsSync(file)) return readRows<DatedMail>(file);
  makeFolders(folder);
  const mails = await withoutCopies((await readMails(folder, setting)).toSorted((a, b) => a.at - b.at));
  writeRows(file, mails);
  return mails;
}

async function readMails(folder: string, setting: Setting): Promise<DatedMail[]> {
  const place = join(folder, 'mails');
  await writeMails(place, setting);
  const mails: DatedMail[] = [];
  for await (const document of readDocuments(findDocuments([place], place))) {
    if (document.kind !== 'message' || document.text.length < SHORTEST_MAIL) continue;
    const { at = 0, text, origins } = document;
    const label = origins[0].file.split('/').at(-2)!;
    if (at < PERIOD[0] || at >= PERIOD[1] || (label !== 'spam' && label !== 'ham')) continue;
    mails.push({ text, label, at });
  }
  return mails;
}

async function withoutCopies(mails: readonly DatedMail[]): Promise<DatedMail[]> {
  const seen = new Map<string, number>();
  const sets = new UnionFind(mails.length);
  for (const [place, { text }] of mails.entries()) {
    const key = looseKey(text);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, place);
    else sets.union(first, place);
  }
  const { links } = await findNearDuplicates(mails.length, (place) => mails[place].text, { commonShare: 1 });
  for (const [a, b] of links) sets.union(a, b);
  return sets
    .sets()
    .map((places) => mails[Math.min(...places)])
    .toSorted((a, b) => a.at - b.at);
}
