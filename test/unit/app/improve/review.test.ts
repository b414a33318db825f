import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { review } from '../../../../src/app/improve/quarantine.ts';
import type { StepContext } from '../../../../src/app/improve/improvement-step.ts';

const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

it('of a class that was confirmed, either side is the right one; the old class in place of another is a defect', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-review-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pair = { prompt: 'a mail', system_a: 'answer', system_b: 'correction' };
  writeFileSync(
    join(folder, 'pairs.jsonl'),
    lines([
      { ...pair, id: 'confirmed', a: 'ham', b: 'ham' },
      { ...pair, id: 'corrected', a: 'ham', b: 'spam' },
    ]),
  );
  const ids = ['confirmed', 'corrected'];
  writeFileSync(join(folder, 'quarantine.json'), JSON.stringify({ accepted: ids, held: [], sample: ids }));
  const context = { plan: { quarantine: { max_defects: 0.05 } }, folder } as unknown as StepContext;
  const choose = (corrected: string): void =>
    writeFileSync(
      join(folder, 'pairs.review.jsonl'),
      lines([
        { id: 'confirmed', choice: 'a', reviewer: 'ann' },
        { id: 'corrected', choice: corrected, reviewer: 'ann' },
      ]),
    );
  choose('b');
  expect(await review(context)).toMatchObject({ to: 'retraining', facts: { defects: [] } });
  choose('a');
  expect(await review(context)).toMatchObject({ to: 'stopped', facts: { defects: ['corrected'] } });
});
