import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../../src/base/events.ts';
import { html } from '../../../../src/jobs/report/html.ts';
import { writeReport } from '../../../../src/jobs/report/index.ts';
import { readReport } from '../../../../src/jobs/report/run-report.ts';
import { watchedSection } from '../../../../src/jobs/report/sections/watched.ts';
import { WatchedRows } from '../../../../src/jobs/report/watched-rows.ts';
import { HOSTILE, sampled, writeSampleRun } from './sample-run.ts';

describe('answers to watched rows', () => {
  const watched = (events: readonly RunEvent[]) => {
    const rows = new WatchedRows();
    for (const [at, event] of events.entries()) rows.record({ at, ...event });
    return rows.rows()?.map(({ answers }) => answers.map(({ step, answer }) => [step, answer]));
  };
  const resumed = { type: 'run-resumed', step: 10, from: 'checkpoints/step-10' } as const;

  test('are kept where they changed, and again from a checkpoint on', () => {
    const before = [sampled(0, 'a'), sampled(10, 'a'), sampled(20, 'b'), sampled(30, 'c')];
    expect(watched(before)).toEqual([[[0, 'a'], [20, 'b'], [30, 'c']]]); // prettier-ignore
    expect(watched([...before, resumed, sampled(20, 'd')])).toEqual([[[0, 'a'], [20, 'd']]]); // prettier-ignore
    expect(watched([...before, sampled(0, 'e')])).toEqual([[[0, 'e']]]);
    expect(watched([resumed])).toBe(undefined);
  });

  test('stand on the page as text, and not in a report without rows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-watched-'));
    writeSampleRun(folder);
    const { text } = watchedSection(readReport(folder))!;
    expect(text).toMatch(/since step\s+40/);
    for (const step of [10, 20, 30, 40]) expect(text).toContain(`${step} ${html`${HOSTILE}`.text}`);
    expect(text).not.toContain('<script>');
    for (const rows of [true, 'redacted', false] as const) {
      await writeReport(folder, rows);
      const saved = readFileSync(join(folder, 'report.json'), 'utf8');
      expect(saved.includes('"watched"')).toBe(rows === true);
    }
    rmSync(folder, { recursive: true, force: true });
  });
});
