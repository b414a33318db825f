import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { safetyRows } from '../../../../src/app/safety/rows.ts';

it('rows of refusals need harmful requests, which is told before the model is opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-safety-rows-'));
  const set = join(folder, 'set.jsonl');
  writeFileSync(set, `${JSON.stringify({ prompt: 'How do I boil an egg?', category: 'food', kind: 'harmless' })}\n`);
  const written = safetyRows('no-model', { output: join(folder, 'rows.jsonl'), set: [set] });
  await expect(written).rejects.toMatchObject({ code: 'E_SAFETY_SET' });
  rmSync(folder, { recursive: true });
});
