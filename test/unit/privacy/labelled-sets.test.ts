/** The labelled sets are what their description says, and their labels lie where they should. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kindOfLabel } from '../../../src/privacy/label-names.ts';
import { kinds } from '../../../src/privacy/kinds.ts';
import { developmentRows, fileOfSet, labelledSet, setNumbers } from '../../../tools/privacy/labelled-sets.ts';

const readme = readFileSync('fixtures/pii/README.md', 'utf8');

describe.each([...setNumbers])('labelled set %i', (number) => {
  const bytes = readFileSync(fileOfSet(number), 'utf8');

  it('is the file that was frozen', () => {
    expect(readme).toContain(createHash('sha256').update(bytes).digest('hex'));
    expect(readme).toContain(`${bytes.trimEnd().split('\n').length} rows`);
  });

  it('has labels of known kinds, in order, within their text and without spaces at their ends', () => {
    expect(labelledSet(number).flatMap(defects)).toEqual([]);
  });
});

it('rows for development have sound labels, and none is a row of a held-out set', () => {
  const rows = developmentRows();
  expect(rows.flatMap(defects)).toEqual([]);
  const held = new Set(setNumbers.flatMap((number) => labelledSet(number).map(({ text }) => text)));
  expect(rows.filter(({ text }) => held.has(text))).toEqual([]);
});

function defects({ text, spans }: ReturnType<typeof labelledSet>[number]): string[] {
  let last = 0;
  return spans.flatMap(({ start, end, kind }) => {
    const value = text.slice(start, end);
    const isSound = start >= last && end > start && end <= text.length && value.trim() === value;
    last = end;
    return isSound && (kinds as readonly string[]).includes(kindOfLabel(kind)) ? [] : [`${kind} "${value}" of ${text}`];
  });
}
