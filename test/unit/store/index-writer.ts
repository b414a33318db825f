/** Started by a test, several at a time: records twenty runs in one index. */
import { openIndex } from '../../../src/store/index-database.ts';
import { emptySummary } from '../../../src/store/run-summary.ts';
import { recordRun } from '../../../src/store/run-records.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const [path, home, name] = process.argv.slice(2);
const index = await openIndex(path);
for (let i = 0; i < 20; i++) {
  const folder = join(home, `${name}-${i}`);
  mkdirSync(folder);
  const hashes = { train: `train-${i}` };
  const rows = { train: 1, validation: 0, test: 0 };
  const data = { format: 'text', rows, hashes };
  await recordRun(index, { ...emptySummary(folder), createdAt: 1, updatedAt: i, data });
}
await index.destroy();
