import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { auditData } from '../../../../src/app/redact/audit-data.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = 'Write to anna@mail.example today';
const spans = [{ start: 9, end: 26, kind: 'email' }];

test.each([
  ['rows.jsonl', JSON.stringify({ text, spans })],
  ['rows.json', JSON.stringify([{ text, spans }])],
  ['rows.csv', `text,spans\n${text},"${JSON.stringify(spans).replaceAll('"', '""')}"\n`],
  ['rows.tsv', `text\tspans\n${text}\t"${JSON.stringify(spans).replaceAll('"', '""')}"\n`],
])('labelled rows in %s are read as what they are', async (name, content) => {
  writeFileSync(join(folder, name), content);
  expect(await auditData(join(folder, name))).toMatchObject({ rows: 1, all: { labelled: 1, covered: 1 } });
});
