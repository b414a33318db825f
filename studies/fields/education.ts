import { join } from 'node:path';
import { spelling } from '../../src/app/quickstart/tasks/spelling.ts';
import type { TaskRow } from '../../src/app/quickstart/tasks/task.ts';
import { readRows, writeRows } from '../rows.ts';
import { spellingFeedback } from './spelling-feedback.ts';
import { fieldFolder, RIVALS, tuneField, type Field } from './field.ts';

const MOST_ROWS = 12_000;

export const education: Field = {
  title: 'Education: exercises in spelling, with feedback',
  about:
    "Misspelt words and their corrections (codespell's dictionary, CC-BY-SA-3.0). The answer is the right word and what is " +
    'wrong with the written one, found by comparing the two. Words of one stem are in one split.',
  learnt:
    'Only tuning learns this, and not enough for a classroom: in 300 steps of 64 words one answer in eight is ' +
    'wholly right, where prompts, retrieval and the nearest exercise have none, and in 30 steps none is. Give such ' +
    'a task more steps or a larger base, and check each answer against a list of words, which needs no model.',
  async measure(setting) {
    const { files } = await spelling.fetch(setting.folder, setting);
    const at = (split: string) => join(fieldFolder('education', setting), `${split}.jsonl`);
    for (const [split, file] of Object.entries(files))
      writeRows(at(split), exercises(readRows(file)).slice(0, MOST_ROWS));
    return tuneField(
      'education',
      {
        data: { train: at('train'), validation: at('validation'), test: at('test'), allow_overlap: true },
        tuning: { method: 'lora', r: 64, alpha: 128 },
        training: { max_steps: setting.quick ? 30 : 300, batch_size: 64, learning_rate: 2e-3, warmup_steps: 20 },
        evaluation: {
          every: 'never',
          other_words: false,
          metrics: ['exact_match', 'chrf'],
          baselines: RIVALS,
          max_rows: setting.quick ? 40 : 200,
        },
      },
      setting,
    );
  },
};

function exercises(rows: readonly (TaskRow & Record<string, unknown>)[]) {
  return rows.flatMap(({ prompt, completion, group }) => {
    const [written, right] = [prompt.replace(/^Wrong: |\nRight:$/gu, ''), completion].map((text) =>
      text.replaceAll(' ', ''),
    );
    const [wrong] = written.split('\nRight:');
    const feedback = spellingFeedback(wrong, right);
    if (feedback === undefined) return [];
    return [
      {
        prompt: `Pupil wrote: ${[...wrong].join(' ')}\nTeacher:`,
        completion: ` ${[...right].join(' ')} - ${feedback}`,
        group,
      },
    ];
  });
}
