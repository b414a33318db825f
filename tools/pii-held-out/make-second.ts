/** Writes `fixtures/pii/pii-held-out-2.jsonl`, or `-3` with `--third`, after a check, and prints its counts and hash. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { KINDS, defects, secondRows, serialise, thirdWrittenRows, type Row } from './second-set.ts';
import { thirdContent, thirdMailRows, type MailRow } from './third-set.ts';

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

const third = process.argv[2] === '--third';
const written = third ? thirdWrittenRows() : secondRows();
const wrong = written.flatMap(defects);
if (wrong.length > 0) throw new Error(wrong.join('\n'));
const rows = third ? [...written, ...thirdMailRows()] : written;
const content = third ? thirdContent() : `${written.map(serialise).join('\n')}\n`;
writeFileSync(new URL(`../../fixtures/pii/pii-held-out-${third ? 3 : 2}.jsonl`, import.meta.url), content);
console.log(counts(rows));
const byCountry = [...Map.groupBy(written, ({ country }) => country)].sort();
console.log(byCountry.map(([country, of]) => `${country} ${of.length}`).join(', '));
console.log(createHash('sha256').update(content).digest('hex'));
