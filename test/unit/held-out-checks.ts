/** What every held-out set of personal data has to keep to. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { KINDS, defects, type Row } from '../../tools/pii-held-out/second-set.ts';
import type { MailRow } from '../../tools/pii-held-out/third-set.ts';

const folder = new URL('../../fixtures/pii/', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

/** The set's file as it stands: "" for the first, "-2" for the second. */
export function frozenSet(suffix: string): string {
  return readFileSync(new URL(`pii-held-out${suffix}.jsonl`, folder), 'utf8');
}

/** The rows of a set that has no sources beside its file, those with a text and those of mails. */
export function rowsOf(frozen: string): { written: Row[]; mails: MailRow[] } {
  const rows = frozen
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row | MailRow);
  return {
    written: rows.filter((row): row is Row => !('mail' in row)),
    mails: rows.filter((row): row is MailRow => 'mail' in row),
  };
}

/** The file has the hash and size that its description names. */
export function expectDescribed(frozen: string, rows: number): void {
  expect(readme).toContain(createHash('sha256').update(frozen).digest('hex'));
  expect(readme).toContain(`${rows} rows`);
}

/** No label is wrong, and no text or mail stands twice, nor in an earlier set. */
export function expectSound(
  { written, mails = [] }: { written: readonly Row[]; mails?: readonly MailRow[] },
  earlier: readonly string[],
): void {
  expect(written.flatMap(defects)).toEqual([]);
  expect(new Set(written.map(({ text }) => text)).size).toBe(written.length);
  expect(new Set(mails.map(({ mail }) => mail.sha256)).size).toBe(mails.length);
  expect(new Set([...written, ...mails].map(({ id }) => id)).size).toBe(written.length + mails.length);
  const all = earlier.map(frozenSet).join('');
  expect(written.filter(({ text }) => all.includes(`"text":${JSON.stringify(text)}`))).toEqual([]);
  expect(mails.filter(({ mail }) => all.includes(`"${mail.path}"`) || all.includes(mail.sha256))).toEqual([]);
}

/** Labels of mails stand in order, within the excerpts. */
export function expectPlaced(mails: readonly MailRow[]): void {
  for (const { id, mail, spans } of mails) {
    let end = 0;
    for (const span of spans) {
      expect(KINDS, id).toContain(span.kind);
      expect(span.start, id).toBeGreaterThanOrEqual(end);
      expect(span.end, id).toBeGreaterThan(span.start);
      ({ end } = span);
    }
    expect(end, id).toBeLessThanOrEqual(mail.end - mail.start);
  }
}
