/** Held-out sets as `attune data audit` reads rows. */
import { readFileSync } from 'node:fs';
import { mailText, type MailPlace } from './mails.ts';

interface HeldOutRow {
  source: 'written' | 'mail';
  text?: string;
  mail?: MailPlace;
  spans: { start: number; end: number; kind: string }[];
}

/** How many there are. */
export const SETS = 8;

/** @param mailFile a mail of the package's `data` folder, by its path there */
export function labelledRows(
  set: number,
  source: HeldOutRow['source'],
  mailFile?: (path: string) => Uint8Array,
): string[] {
  const file = new URL(`../../fixtures/pii/pii-held-out${set === 1 ? '' : `-${set}`}.jsonl`, import.meta.url);
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as HeldOutRow);
  return rows.filter((row) => row.source === source).map((row) => labelledRow(row, mailFile));
}

/** Positions of the set count UTF-16 units, those of the audit characters. */
function labelledRow({ text, mail, spans }: HeldOutRow, mailFile?: (path: string) => Uint8Array): string {
  const whole = text ?? mailText(mailFile!(mail!.path), mail!);
  const place = (unit: number) => Array.from(whole.slice(0, unit)).length;
  const labels = spans.map(({ start, end, kind }) => ({ start: place(start), end: place(end), label: kind }));
  return `${JSON.stringify({ text: whole, spans: labels })}\n`;
}
