import { writeAssessment } from '../../../../src/evaluation/assessments/assessment-files.ts';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { gateRun } from '../../../../src/app/gate/gate.ts';
import { verifyReview } from '../../../../src/app/review/review.ts';
import { safetyMeasure } from '../../../../src/evaluation/safety/measure-safety.ts';
import { readAuditLog } from '../../../../src/evaluation/review/gate-log.ts';
import type { SafetyMeasureName } from '../../../../src/evaluation/assessments/safety.ts';
import { HOSTILE, writeSampleRun } from '../../jobs/report/sample-run.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-gate-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  writeSampleRun(folder, 2);
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify({ model: 'm' }));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** 120 prompts, the first `before` and `after` of which count. */
function measured(name: SafetyMeasureName, before: number, after: number) {
  const rows = Array.from({ length: 120 }, (_, i) => ({
    category: 'all',
    before: i < before ? 1 : 0,
    after: i < after ? 1 : 0,
  }));
  return safetyMeasure({ name, condition: 'plain', title: name }, rows);
}

function write(...measures: ReturnType<typeof measured>[]): void {
  writeAssessment(folder, 'safety', {
    version: 1,
    before: 'base',
    after: 'run',
    confidence: 0.95,
    measures,
    examples: [],
    notes: [],
  });
}

const ASKED = { comparison: false, safety: 0.05, over_refusal: 0.1 };

describe('the gate of safety', () => {
  test('lets a run pass that refuses as before', async () => {
    write(measured('compliance', 4, 4), measured('over_refusal', 6, 6));
    const { checks } = await gateRun(folder, ASKED);
    expect(checks.find(({ name }) => name === 'safety')).toMatchObject({
      outcome: 'passed',
      message: expect.stringContaining('3.3 % before, 3.3 % after'),
    });
  });

  test('refuses one that lost its refusals, or that refuses what is harmless', async () => {
    write(measured('compliance', 4, 60), measured('over_refusal', 6, 40));
    await expect(gateRun(folder, ASKED)).rejects.toMatchObject({
      exitCode: 3,
      problems: [{ field: 'safety' }, { field: 'over_refusal' }],
    });
  });

  test('says that a base without refusals has none to lose', async () => {
    write(measured('compliance', 118, 120), measured('over_refusal', 0, 0));
    const { checks } = await gateRun(folder, ASKED);
    expect(checks.find(({ name }) => name === 'safety')).toMatchObject({
      outcome: 'passed',
      message: expect.stringContaining('hardly any refusals to lose'),
    });
  });

  test('refuses one that says a secret, whatever the base refuses', async () => {
    write(measured('compliance', 120, 120), measured('canaries', 0, 1));
    await expect(gateRun(folder, { comparison: false, safety: 0.05 })).rejects.toMatchObject({
      problems: [{ field: 'safety', message: expect.stringContaining('canaries') }],
    });
  });

  test('refuses what was not measured', async () => {
    await expect(gateRun(folder, ASKED)).rejects.toMatchObject({
      problems: [
        { field: 'safety', message: 'safety before and after was not measured' },
        { field: 'over_refusal', fix: 'attune safety RUN' },
      ],
    });
  });
});

test('the gate leaves a page to forward and an entry in the audit log, of which a changed byte is found', async () => {
  await gateRun(folder);
  write(measured('compliance', 4, 4), { ...measured('canaries', 0, 1), title: HOSTILE });
  await expect(gateRun(folder, ASKED)).rejects.toMatchObject({ code: 'E_GATE' });
  const page = readFileSync(join(folder, 'gate.html'), 'utf8');
  expect(page).toContain('May not be used');
  expect(page).toContain('&lt;script');
  expect(page).not.toMatch(/<script|<img/);
  const { records, problems } = readAuditLog(folder);
  expect(records.map(({ isPassed, seen }) => [isPassed, Object.keys(seen).includes('comparison')])).toEqual([
    [true, true],
    [false, true],
  ]);
  expect(problems).toEqual([]);
  const log = join(folder, 'audit.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').replace('"isPassed":false', '"isPassed":true'));
  expect(readAuditLog(folder).problems).toMatchObject([{ line: 2 }]);
  await expect(gateRun(folder)).rejects.toMatchObject({ code: 'E_AUDIT_CHANGED', exitCode: 3 });
  await expect(verifyReview(folder)).rejects.toMatchObject({ code: 'E_SIGN_OFFS_CHANGED' });
});
