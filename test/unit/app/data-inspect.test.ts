import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectTrainingData } from '../../../src/app/inspect-data.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { describeInspection } from '../../../src/app/use-cases/text/data-inspect.ts';
import { createTerminal } from '../../../src/app/terminal/terminal.ts';
import { countLabels, type Example, type LabelReport } from '../../../src/data/index.ts';
import type { DataInspectionResult } from '../../../src/app/use-cases/data-inspect.ts';

let [folder, before] = ['', ''];
beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'attune-inspect-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 40;
const queue = (row: number): string => (row === 3 ? 'rare' : ['billing', 'returns'][row % 2]);

function write(name: string, header: string, line: (row: number) => string): string {
  writeFileSync(name, `${header}\n${Array.from({ length: ROWS }, (_, row) => line(row)).join('\n')}\n`);
  return name;
}

const inspect = (path: string, flags: Record<string, unknown>) => inspectTrainingData(path, { flags, rows: 1 });

/** Output of a command line on a terminal. */
async function onTerminal(...argv: string[]): Promise<string> {
  let text = '';
  const stdout = { isTTY: true, columns: 100, write: (part: string) => (text += part) };
  const env = { TERM: 'xterm-256color' };
  expect(await runCommandLine(argv, { stdin: {}, stdout, stderr: { write: () => true }, env })).toBe(0);
  return text;
}

const shown = (result: DataInspectionResult, env: NodeJS.ProcessEnv): string => {
  const terminal = createTerminal({ isTTY: env.NO_COLOR === undefined, write: () => true }, env);
  return describeInspection(result, terminal);
};

describe('data inspect on a file of its own columns', () => {
  it('obeys --columns, and counts labels', async () => {
    write('t.csv', 'subject,body,queue', (row) => `matter ${row},words number ${row * 7} of a letter,${queue(row)}`);
    const result = await inspect('t.csv', { columns: '{text: [subject, body], label: queue}' });
    expect(result).toMatchObject({
      objective: 'classification',
      labels: {
        kind: 'classes',
        rows: ROWS,
        labels: [
          { label: 'billing', rows: 20, share: 0.5 },
          { label: 'returns', rows: 19 },
          { label: 'rare', rows: 1 },
        ],
        rare: ['rare'],
      },
    });
    const [{ label, pieces }] = result.rows;
    expect(pieces.at(-1)).toEqual({ text: label, trained: true });
    const plain = await shown(result, { NO_COLOR: '1' });
    expect(plain).toContain('billing    20  50.0 %');
    expect(plain).toContain('! rare has fewer than 10 rows');
    expect(plain).toContain(`→ ⟦${label}⟧`);
    expect(
      await onTerminal('data', 'inspect', 't.csv', '--columns', '{text: [subject, body], label: queue}'),
    ).toContain(`\u001b[32m${label}\u001b[39m`);
  });

  it.each([
    ['t.csv', 'text,label', (row: number) => `matter ${row},${queue(row)}`],
    ['q.csv', 'prompt,completion', (row: number) => `question ${row},answer ${row}`],
  ])('is readable in a terminal with colours: %s', async (name, header, line) => {
    write(name, header, line);
    const text = await onTerminal('data', 'inspect', name);
    expect(text).toContain('\u001b[32m');
    expect(text).toContain('\u001b[2m');
    expect(text).not.toMatch(/␛|\\u\{1b\}|\[\d{4,}/);
  });

  it('obeys --format, and shows the range of numbers; numbers without names are remarked on', async () => {
    write('h.csv', 'sqm,rooms,price', (row) => `${30 + row},${row % 5},${1000 * (row + 1)}`);
    const result = await inspect('h.csv', { columns: '{text: [sqm, rooms], label: price}', format: 'regression' });
    expect(result).toMatchObject({
      objective: 'regression',
      labels: { kind: 'numbers', rows: ROWS, min: 1000, median: 20_500, mean: 20_500, max: 40_000 },
    });
    expect(result.remarks[0]).toContain('{columns: [sqm, rooms], names: true} writes "sqm: …"');
    expect(await shown(result, { NO_COLOR: '1' })).toMatch(/0 to 5,000 +▇+ 4/);
    const named = await inspect('h.csv', {
      columns: '{text: {columns: [sqm, rooms], names: true}, label: price}',
      format: 'regression',
    });
    expect(named.remarks).toEqual([]);
    expect(named.rows[0].pieces[0].text).toMatch(/^sqm: \d+\nrooms: \d {2}→ $/);
  });

  it('refuses columns that are not there, with the nearest', async () => {
    write('t.csv', 'subject,queue', (row) => `matter ${row},${queue(row)}`);
    await expect(inspect('t.csv', { columns: '{text: subjct, label: queue}' })).rejects.toMatchObject({
      code: 'E_BAD_COLUMNS',
      problems: [{ field: 'columns.text', fix: 'did you mean "subject"?' }],
    });
  });
});

describe('counts of labels', () => {
  const place = { id: 'x', source: { file: 'a', line: 1 }, text: 't' };

  it('are of rows where each may have several', () => {
    const rows: Example[] = [['a', 'b'], ['a'], []].map((labels) => ({ ...place, kind: 'multilabel', labels }));
    expect(countLabels(rows)).toMatchObject({
      rows: 3,
      labels: [
        { label: 'a', rows: 2, share: 2 / 3 },
        { label: 'b', rows: 1 },
      ],
      without: 1,
    });
    expect(countLabels([{ ...place, kind: 'text' }])).toBeUndefined();
  });

  it.each([[[0.1, 0.2, 0.95]], [[-5, 5, 1e6]], [[3, 3]], [[0.30000000000000004, 0.9]], [[-1e-9, 1e-9]]])(
    'put each of %j into one step',
    (values) => {
      const report = countLabels(values.map((value): Example => ({ ...place, kind: 'regression', value })));
      const { histogram } = report as LabelReport & { kind: 'numbers' };
      expect(histogram.reduce((sum, { rows }) => sum + rows, 0)).toBe(values.length);
      expect(histogram.length).toBeLessThanOrEqual(11);
      expect(report).toMatchObject({ min: Math.min(...values), max: Math.max(...values) });
    },
  );
});
