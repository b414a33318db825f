/**
 * A held-out set as rows that `attune data audit` reads: `node tools/pii-held-out/audit-rows.ts written.jsonl [mails.jsonl PACKAGE_FOLDER]`,
 * `audit-rows.ts --second written.jsonl` for the second set, and `--third` or `--fourth` before the arguments of the first for these.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { mailText, type MailPlace } from './mails.ts';

interface HeldOutRow {
  source: 'written' | 'mail';
  text?: string;
  mail?: MailPlace;
  spans: { start: number; end: number; kind: string }[];
}

const second = process.argv[2] === '--second';
const third = process.argv[2] === '--third';
const fourth = process.argv[2] === '--fourth';
const [written, mails, packageFolder] = process.argv.slice(second || third || fourth ? 3 : 2);
if (
  written === undefined ||
  (mails === undefined) !== (packageFolder === undefined) ||
  (second && mails !== undefined)
) {
  throw new Error(
    'usage: audit-rows.ts [--third|--fourth] written.jsonl [mails.jsonl PACKAGE_FOLDER], or --second written.jsonl',
  );
}
const suffix = second ? '-2' : third ? '-3' : fourth ? '-4' : '';
const file = new URL(`../../fixtures/pii/pii-held-out${suffix}.jsonl`, import.meta.url);
const rows = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as HeldOutRow);

/** Positions of the set count UTF-16 units, those of the audit characters. */
function auditRow({ text, mail, spans }: HeldOutRow): string {
  const whole = text ?? mailText(packageFolder, mail!);
  const place = (unit: number) => Array.from(whole.slice(0, unit)).length;
  const labels = spans.map(({ start, end, kind }) => ({ start: place(start), end: place(end), label: kind }));
  return `${JSON.stringify({ text: whole, spans: labels })}\n`;
}

const of = (source: HeldOutRow['source']) => rows.filter((row) => row.source === source).map(auditRow);
writeFileSync(written, of('written').join(''));
if (mails !== undefined) writeFileSync(mails, of('mail').join(''));
