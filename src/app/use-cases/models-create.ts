import { columnsField } from './shared/columns-field.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type ModelCreation = JobResult<'create'> & {
  /** The rows, as they were named. */
  data: string;
};

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'make a model with new weights for your own items, to be trained whole',
  arguments: ({ argument }) => [
    argument(
      'type',
      'TYPE',
      'sasrec: next choices, by the order of earlier ones; two_tower: by features too; bpr_mf: a vector for each user and item',
    ),
  ],
  options: (fields) => ({
    data: fields.required(fields.text('PATH', 'rows of user and item (and timestamp), or of items as a list')),
    format: fields.text('NAME', 'row format, where it is not recognised'),
    columns: columnsField(fields, "the format's field → your column"),
    items: fields.text('FILE', 'two_tower: what is known of items, as rows of item, text and features'),
    textEncoder: fields.text('MODEL', "two_tower: reads the items' texts; their words count without it"),
    tuneTextEncoder: fields.flag('two_tower: the text encoder becomes a part of the model, and is tuned with it'),
    output: fields.required(fields.text('FOLDER', 'the folder to write', { aliases: ['--to'] })),
    width: fields.count('N', "width of the items' vectors (64)"),
    blocks: fields.count('N', 'blocks of attention, or of each tower (2)'),
    heads: fields.count('N', 'sasrec: heads of each block (1)'),
    maxPositions: fields.count('N', 'longest history plus one for its start (that of the data, up to 201)'),
    seed: fields.number('N', 'seed of the weights (42)', { least: 0, isWhole: true }),
    dropout: fields.inMemory<number>('share of values that training leaves out (0.2)'),
  }),
  effects: ['writes-files', 'computes'],
  examples: [
    'models create sasrec --data interactions.csv --output recommender',
    'models create two_tower --data interactions.csv --items catalogue.jsonl --output recommender',
  ],
  stopping: 'stopping',
  async run({ type, ...options }, call): Promise<ModelCreation> {
    const { createModel } = await import('../create-model.ts');
    return createModel(type, { ...options, ...call });
  },
  async render(created, terminal) {
    const { describeCreation } = await import('./text/model-creation.ts');
    return describeCreation(created, terminal);
  },
});
