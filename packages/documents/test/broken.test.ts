import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { brokenFiles } from './broken.ts';
import { readFiles } from './reading.ts';
import { allSamples } from './samples.ts';

// `node tools/fuzz-documents.ts` tests 300 files by default.
it('files broken in any way are each listed with what is wrong, and end no reader', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-broken-'));
  try {
    const broken = brokenFiles(await allSamples(), { count: 30, seed: 1 });
    const { documents, outcomes } = await readFiles(folder, { ...Object.fromEntries(broken), 'z.txt': 'Whole.' });
    for (const name of broken.keys()) {
      const { status, reason, message = '' } = outcomes.get(name)!;
      expect(status === 'read' || message !== '', name).toBe(true);
      expect(['crashed', 'too-slow', 'out-of-memory'], `${name}: ${message}`).not.toContain(reason);
    }
    expect(documents.at(-1)).toMatchObject({ kind: 'text', sections: [{ text: 'Whole.' }] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
