/**
 * `node makers/learning-curves.ts` trains a grid of learning rates and ranks on three small tasks once, and keeps the
 * validation losses at shares of the steps in fixtures/search/curves.json, on which tests replay successive halving.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '../src/app/index.ts';
import { attuneCache } from '../src/base/home.ts';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { readEvents } from '../src/store/run-folder.ts';
import { fetchSections } from '../studies/data/sections.ts';
import { fetchSynopses } from '../studies/data/synopses.ts';
import { withoutRules } from '../studies/data/synopses.ts';
import { readRows, type Row } from '../studies/rows.ts';

const SHARES = [1 / 16, 1 / 8, 1 / 4, 1 / 2];
const RATES = [1e-4, 2.5e-4, 6e-4, 1.5e-3, 3.5e-3, 8e-3, 2e-2, 5e-2];
const RANKS = [4, 32];
const ROWS = { train: 256, validation: 128 };

const folder = join(attuneCache(), 'examples');
const setting = { folder, quick: true, log: console.log };
const synopses = await fetchSynopses(setting);
const sections = await fetchSections(setting);
const short = (path: string): Row[] => readRows(path).filter((row) => String(row.prompt).length < 200);
const tasks: Record<string, (split: 'train' | 'validation') => Row[]> = {
  synopses: (split) => short(synopses.files[split]),
  sections: (split) =>
    short(sections.files[split]).map((row) => ({ ...row, completion: ` ${String(row.completion)}` })),
  'broken synopses': (split) =>
    short(synopses.files[split]).map(({ completion }, i) => ({
      prompt: `Mend:${withoutRules(String(completion), i)}\nMended:`,
      completion,
    })),
};

const curves = [];
for (const [task, rowsOf] of Object.entries(tasks)) {
  for (const learning_rate of RATES) {
    for (const r of RANKS) {
      const output_dir = mkdtempSync(join(tmpdir(), 'curve-'));
      const run = await train({
        model: 'attune-base',
        data: {
          train: rowsOf('train').slice(0, ROWS.train),
          validation: rowsOf('validation').slice(0, ROWS.validation),
          test: 0,
          allow_overlap: true,
        },
        tuning: { method: 'lora', r },
        training: { epochs: 2, batch_size: 8, learning_rate },
        evaluation: { every: SHARES, baselines: 'none' },
        checkpoints: { every: 'never', best: false },
        report_to: [],
        output_dir,
      } as never);
      const losses = [...readEvents(run.folder)].flatMap((event) =>
        event.type === 'evaluation-finished' && event.step > 0 ? [Number(event.metrics.loss.toPrecision(6))] : [],
      );
      curves.push({ task, learning_rate, r, losses });
      console.log(task, learning_rate, r, losses.join(' '));
      rmSync(output_dir, { recursive: true });
    }
  }
}
writeFileAtomic('fixtures/search/curves.json', `${JSON.stringify({ shares: [...SHARES, 1], curves }, null, 1)}\n`);
