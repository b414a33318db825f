import { plural } from '../../base/format.ts';
import { deviceField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

/** Number of rows answered and their file; the answers themselves if no file was given. */
export interface Recommended {
  rows: number;
  index: JobResult<'recommend'>['index'];
  output: string | null;
  answers?: JobResult<'recommend'>['rows'];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'recommend items to every row of a file',
  arguments: ({ argument }) => [
    argument('model', 'MODEL', 'folder of a run, an adapter or a model: sasrec, two_tower or bpr_mf'),
  ],
  options: (fields) => ({
    input: fields.required(fields.rows('FILE', 'interactions: rows of user and item, or of items as a list')),
    output: fields.text('FILE', 'JSONL file to write (standard output)', { aliases: ['--to'] }),
    format: fields.text('NAME', 'row format (detected)'),
    count: fields.count('ITEMS', 'items per row (10)'),
    keepSeen: fields.flag('allow recommending items that a row already has'),
    ...deviceField(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: ['recommend runs/shop --input customers.csv --output next.jsonl'],
  stopping: 'stopping',
  async run({ model, ...options }, call): Promise<Recommended> {
    const { recommend } = await import('../recommend.ts');
    return recommend(model, { ...options, ...call });
  },
  render: ({ rows, output, answers }) =>
    answers === undefined
      ? `${plural(rows, 'answers')} in ${output}`
      : answers.map((row) => JSON.stringify(row)).join('\n'),
});
