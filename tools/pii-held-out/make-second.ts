/** Writes `fixtures/pii/pii-held-out-2.jsonl`, `-3` with `--third` or `-4` with `--fourth`, after a check, and prints its counts and hash. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { KINDS, defects, fourthWrittenRows, secondRows, serialise, thirdWrittenRows, type Row } from './second-set.ts';
import { fourthContent, fourthMailRows, thirdContent, thirdMailRows, type MailRow } from './third-set.ts';

interface Made {
  number: number;
  written: Row[];
  mails: MailRow[];
  content: () => string;
}

/** The set that the command line asks for. */
function asked(flag: string | undefined): Made {
  if (flag === '--third') {
    return { number: 3, written: thirdWrittenRows(), mails: thirdMailRows(), content: thirdContent };
  }
  if (flag === '--fourth') {
    return { number: 4, written: fourthWrittenRows(), mails: fourthMailRows(), content: fourthContent };
  }
  const written = secondRows();
  return { number: 2, written, mails: [], content: () => `${written.map(serialise).join('\n')}\n` };
}

/** A Markdown table of spans per kind and language. */
function counts(rows: readonly (Row | MailRow)[]): string {
  const languages = [...new Set(rows.map(({ language }) => language))];
  const line = (title: string, count: (row: Row | MailRow) => number): string => {
    const sum = (language?: string): number =>
      rows
        .filter((row) => language === undefined || row.language === language)
        .reduce((all, row) => all + count(row), 0);
    return `| ${[title, sum(), ...languages.map(sum)].join(' | ')} |`;
  };
  const ofKind = (kind: string) => (row: Row | MailRow) => row.spans.filter((span) => span.kind === kind).length;
  return [
    `| kind | spans | ${languages.join(' | ')} |`,
    `|---|---|${languages.map(() => '---|').join('')}`,
    ...[...KINDS].map((kind) => line(kind, ofKind(kind))),
    line('rows', () => 1),
    line('rows without personal data', ({ spans }) => (spans.length === 0 ? 1 : 0)),
  ].join('\n');
}

const { number, written, mails, content } = asked(process.argv[2]);
const wrong = written.flatMap(defects);
if (wrong.length > 0) throw new Error(wrong.join('\n'));
writeFileSync(new URL(`../../fixtures/pii/pii-held-out-${number}.jsonl`, import.meta.url), content());
console.log(counts([...written, ...mails]));
const byCountry = [...Map.groupBy(written, ({ country }) => country)].sort();
console.log(byCountry.map(([country, of]) => `${country} ${of.length}`).join(', '));
console.log(createHash('sha256').update(content()).digest('hex'));
