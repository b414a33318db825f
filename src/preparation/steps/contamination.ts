/**
 * Leaves out rows that share a run of words with evaluation sets: thirteen, as in Brown et al. ("Language models are
 * few-shot learners", 2020, appendix C).
 */
import { z } from 'zod';
import { resolve } from 'node:path';
import { loadData, normalWords, textOf } from '../../data/index.ts';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';
import { WordRuns } from '../word-runs.ts';

const options = z.strictObject({
  sets: z.record(z.string(), z.string()).describe('name → file of rows reserved for evaluation'),
  words: z.int().min(5).default(13).describe('consecutive words in common; shorter evaluation texts must match whole'),
  columns: columnsOption('look at'),
  action: actionOption('drop'),
});

type Options = z.output<typeof options>;

export const step = defineStep<Options>({
  summary: 'leave out rows that share 13 consecutive words with evaluation sets',
  takes: ['row'],
  version: 1,
  perItem: true,
  options,
  files: ({ sets }, base) => Object.values(sets).map((path) => resolve(base, path)),
  async open({ sets, words, columns, action }, { base, signal }) {
    const known: { name: string; runs: WordRuns }[] = [];
    for (const [name, path] of Object.entries(sets)) {
      const { splits } = await loadData({ train: path, seed: 0, base, signal });
      const runs = new WordRuns(words);
      for (const example of splits.train) runs.add(normalWords(textOf(example)));
      known.push({ name, runs });
    }
    return judgeRows(action, (row) => {
      const text = normalWords(textOfRow(row, columns));
      return known.filter(({ runs }) => runs.sharesOne(text)).map(({ name }) => `shares words with ${name}`);
    });
  },
});
