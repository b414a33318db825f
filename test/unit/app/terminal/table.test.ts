import { expect, test } from 'vitest';
import { cutMiddle, formatTable, tableWidth } from '../../../../src/app/terminal/format-table.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';

const LONG = 'runs/tickets-of-the-second-quarter-with-all-customers-attempt-12';
const columns = [
  { title: 'run', isName: true },
  { title: 'loss', isNumeric: true },
  { title: 'folder', isName: true },
];
const rows = [[LONG, '0.123', LONG]];

function shown(stream: { isTTY?: boolean; columns?: number }): string[] {
  const terminal = createTerminal({ ...stream, write: () => true }, { NO_COLOR: '1' });
  return formatTable(columns, rows, terminal.colours, tableWidth(terminal)).split('\n');
}

test('names are whole in a pipe, however narrow', () => {
  expect(shown({ columns: 40 })[1]).toBe(`${LONG}  0.123  ${LONG}`);
});

test('names are whole on a terminal that is wide enough', () => {
  expect(shown({ isTTY: true, columns: 200 })[1]).toBe(`${LONG}  0.123  ${LONG}`);
});

test('on a narrow terminal names lose their middle, and nothing wraps', () => {
  const [, row] = shown({ isTTY: true, columns: 80 });
  expect(row.length).toBeLessThanOrEqual(80);
  expect(row).toMatch(/^runs\/tick\S*…\S*attempt-12 {2}0\.123 {2}runs\/tick\S*…\S*attempt-12$/);
});

test('a name that fits is left alone', () => {
  expect(cutMiddle('abc', 3)).toBe('abc');
  expect(cutMiddle('abcdefgh', 5)).toBe('ab…gh');
});
