import { expect, test } from 'vitest';
import { AttuneError, shortList } from '../../../../src/base/errors.ts';
import { describeFailure } from '../../../../src/cli/failure.ts';
import { createProgress } from '../../../../src/app/terminal/progress/index.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import { BadRows } from '../../../../src/data/bad-rows.ts';

const ROWS = 1_187;

function badRows(): AttuneError {
  const bad = new BadRows();
  for (let line = 1; line <= ROWS; line++) bad.add([{ file: 'rows.jsonl', line, message: 'label is missing' }]);
  return bad.error()!;
}

test('a list that was cut twice says how many problems are not shown of all there are', () => {
  const told = describeFailure(badRows(), createTerminal({ write: () => true }, {}));
  const shown = told.split('\n').filter((line) => line.includes('label is missing')).length;
  expect(told).toContain('1,187 of 1,187 rows cannot be used');
  expect(told).toContain(`… and ${(ROWS - shown).toLocaleString('en-US')} more`);
  expect(told).not.toContain('180');
});

test('the count crosses the process border and is in the JSON', () => {
  const again = AttuneError.fromJSON(structuredClone(badRows().toJSON()));
  expect(again.problemCount).toBe(ROWS);
  expect(again.problems.length).toBeLessThan(ROWS);
  expect(again.message).toContain('… and 1,167 more');
});

test('a warning with some of its rows says how many there are', () => {
  let written = '';
  const progress = createProgress(createTerminal({ write: (text) => (written += text) }, {}));
  const problems = Array.from({ length: 20 }, (_, line) => ({ line, message: 'cut' }));
  progress.show({ type: 'warning-raised', code: 'W_ROWS_CUT', message: 'rows too long', problems, problemCount: 900 });
  expect(written).toContain('… and 895 more');
});

test('a short list leaves nothing out', () => {
  expect(shortList([1, 2], 2)).toEqual({ shown: [1, 2] });
  expect(shortList([1, 2, 3], 2)).toEqual({ shown: [1, 2], more: '… and 1 more' });
});
