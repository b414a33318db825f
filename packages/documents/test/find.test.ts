import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sortedNames } from '../src/sorted-names.ts';

it('the names of a folder come in one order, whether they are sorted in memory or on disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-names-test-'));
  try {
    const names = ['b', 'a', 'ä', 'Z', '10', '9', '\u{1f600}', '\uff5e', 'a b'];
    for (const name of names) writeFileSync(join(folder, name), '');
    const inOrder = async (held: number): Promise<string[]> => {
      const found: string[] = [];
      for await (const name of sortedNames(folder, held)) found.push(name);
      return found;
    };
    const inMemory = await inOrder(100);
    expect(inMemory).toEqual(['10', '9', 'Z', 'a', 'a b', 'b', 'ä', '\uff5e', '\u{1f600}']);
    expect(await inOrder(2)).toEqual(inMemory);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
