/**
 * A held-out set as rows that `attune data audit` reads: `node tools/pii-held-out/audit-rows.ts [--set N] written.jsonl
 * [mails.jsonl PACKAGE_FOLDER]`; the first set unless N says which. The second and the fifth have no mails.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { mailText, type MailPlace } from './mails.ts';

interface HeldOutRow {
  source: 'written' | 'mail';
  text?: string;
  mail?: MailPlace;
  spans: { start: number; end: number; kind: string }[];
}

const { values, positionals } = parseArgs({
  options: { set: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const [written, mails, packageFolder] = positionals;
if (written === undefined || (mails === undefined) !== (packageFolder === undefined) || !/^[1-6]$/.test(values.set)) {
  throw new Error('usage: audit-rows.ts [--set 1|2|3|4|5|6] written.jsonl [mails.jsonl PACKAGE_FOLDER]');
}
const suffix = values.set === '1' ? '' : `-${values.set}`;
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
