import { join } from 'node:path';
import { fetchFunctions } from '../data/functions.ts';
import { writeRows } from '../rows.ts';
import { fieldFolder, RIVALS, tuneField, type Field } from './field.ts';

export const code: Field = {
  title: 'Code: a line of documentation for a function',
  about:
    'Functions of Mercurial (Debian package mercurial-common, GPL-2+) without their documentation, and its first line as ' +
    'its programmers wrote it. Functions with the same documentation, and functions that are nearly alike, are in one split.',
  learnt:
    'Tuning loses: the documentation of the most similar function is the better line, since functions that are alike ' +
    'are documented alike. Examples in front of the question make the tuned model worse, as it was trained without ' +
    'them.',
  async measure(setting) {
    const at = (split: string) => join(fieldFolder('code', setting), `${split}.jsonl`);
    for (const [split, rows] of Object.entries(await fetchFunctions(setting)))
      writeRows(
        at(split),
        rows.map((row) => ({ ...row })),
      );
    return tuneField(
      'code',
      {
        data: {
          train: at('train'),
          validation: at('validation'),
          test: at('test'),
          max_length: 256,
          long_rows: 'drop',
        },
        training: { max_steps: setting.quick ? 20 : 120, batch_size: 16, learning_rate: 2e-3 },
        evaluation: {
          every: 'never',
          other_words: false,
          metrics: ['chrf'],
          baselines: RIVALS,
          max_rows: setting.quick ? 30 : 100,
        },
      },
      setting,
    );
  },
};
