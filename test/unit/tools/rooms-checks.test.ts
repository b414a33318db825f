import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { names } from '../../../tools/check/names.ts';
import { rooms } from '../../../tools/check/rooms.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A temporary folder with these files. */
function repository(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'attune-check-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe('the names', () => {
  it('say what is in a file, but for entries of tables and twins', async () => {
    const root = repository({
      'src/app/gate/plan.ts': '',
      'src/evaluation/review/plan.ts': '',
      'src/scoring/metrics/ranking.ts': '',
      'src/training/objectives/ranking.ts': '',
      'src/models/decoder/layer.ts': '',
      'src/models/encoder/layer.ts': '',
    });
    expect(await names.run(root)).toEqual([
      'app/gate/plan.ts and evaluation/review/plan.ts have one name: say in each what is in it',
    ]);
  });
});

describe('the rooms', () => {
  const room = (readme: string) => repository({ 'src/data/kinds/chat.ts': '', 'src/data/README.md': readme });

  it('have a README of one screen that names their folders', async () => {
    expect(await rooms.run(room('# data\n\n| `kinds/` | kinds of rows |\n'))).toEqual([]);
    expect(await rooms.run(repository({ 'src/data/a.ts': '' }))).toEqual([
      'src/data has no README.md: what it is for, its main types, what to read first',
    ]);
  });

  it('are told of a folder that is missing or gone, and of a README that is too long', async () => {
    expect(await rooms.run(room(`# data\n\`formats/\` \`kinds/chat.ts\` \`gone.ts\`${'\n'.repeat(40)}`))).toEqual([
      'src/data/README.md has 42 lines, at most 40 fit on a screen',
      'src/data/README.md does not name kinds/',
      'src/data/README.md names formats/, which is not there',
      'src/data/README.md names gone.ts, which is not there',
    ]);
  });
});
