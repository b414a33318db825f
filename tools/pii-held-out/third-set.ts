/** The third and fourth held-out sets: their written rows, and their mails by places in the npm package. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MailPlace } from './mails.ts';
import { fourthWrittenRows, serialise, thirdWrittenRows, type Row } from './second-set.ts';

export interface MailRow extends Omit<Row, 'text' | 'source'> {
  mail: MailPlace;
  source: 'mail';
}

/** `mails.tsv` has path, start, end, SHA-256 and language of an excerpt, and its labels as `kind start end|…`. */
function mailRows(folder: string, number: number): MailRow[] {
  return readFileSync(join(import.meta.dirname, '../../fixtures/pii', folder, 'mails.tsv'), 'utf8')
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
      const id = `${number}-mail-${String(at + 1).padStart(3, '0')}`;
      const mail = { path, start: Number(start), end: Number(end), sha256 };
      return { id, mail, language, country: '', source: 'mail', spans };
    });
}

export const thirdMailRows = (): MailRow[] => mailRows('third', 3);
export const fourthMailRows = (): MailRow[] => mailRows('fourth', 4);

function content(written: readonly Row[], mails: readonly MailRow[]): string {
  return `${[...written.map(serialise), ...mails.map((row) => JSON.stringify(row))].join('\n')}\n`;
}

/** The frozen files' contents. */
export const thirdContent = (): string => content(thirdWrittenRows(), thirdMailRows());
export const fourthContent = (): string => content(fourthWrittenRows(), fourthMailRows());
