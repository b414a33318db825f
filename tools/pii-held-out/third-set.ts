/** The third held-out set: its written rows, and its mails by their places in the npm package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MailPlace } from './mails.ts';
import { serialise, thirdWrittenRows, type Row } from './second-set.ts';

const MAILS = join(import.meta.dirname, '../../fixtures/pii/third/mails.tsv');

export interface MailRow extends Omit<Row, 'text' | 'source'> {
  mail: MailPlace;
  source: 'mail';
}

/** `mails.tsv` has path, start, end, SHA-256 and language of an excerpt, and its labels as `kind start end|…`. */
export function thirdMailRows(): MailRow[] {
  return readFileSync(MAILS, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line, at) => {
      const [path = '', start, end, sha256 = '', language = '', labels = ''] = line.split('\t');
      const spans = labels
        .split('|')
        .filter((label) => label !== '')
        .map((label) => {
          const [kind = '', from, to] = label.split(' ');
          return { start: Number(from), end: Number(to), kind };
        });
      const id = `3-mail-${String(at + 1).padStart(3, '0')}`;
      const mail = { path, start: Number(start), end: Number(end), sha256 };
      return { id, mail, language, country: '', source: 'mail', spans };
    });
}

/** The frozen file's content. */
export function thirdContent(): string {
  const lines = [...thirdWrittenRows().map(serialise), ...thirdMailRows().map((row) => JSON.stringify(row))];
  return `${lines.join('\n')}\n`;
}
