import { columnsField } from './shared/columns-field.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type ModelCreation = JobResult<'create'> & {
  /** Path of the rows, as the user wrote it. */
  data: string;
};

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'create a new, untrained model for the items in your data',
  arguments: ({ argument }) => [
    argument(
      'type',
      'TYPE',
      'sasrec: next choice, from the order of earlier ones; two_tower: also from features; bpr_mf: a vector per user and item',
    ),
  ],
  options: (fields) => ({
    data: fields.required(fields.text('PATH', 'rows of user and item (and timestamp), or of items as a list')),
    format: fields.text('NAME', 'row format, if it is not recognised'),
    columns: columnsField(fields, "the format's field → your column"),
    items: fields.text('FILE', 'two_tower: item catalogue, as rows of item, text and features'),
    textEncoder: fields.text('MODEL', "two_tower: encoder for the items' texts; without it, their words are counted"),
    tuneTextEncoder: fields.flag('two_tower: make the text encoder part of the model, and tune it too'),
    output: fields.required(fields.text('FOLDER', 'output folder', { aliases: ['--to'] })),
    width: fields.count('N', "width of the items' vectors (64)"),
    blocks: fields.count('N', 'attention blocks, or blocks of each tower (2)'),
    heads: fields.count('N', 'sasrec: heads per block (1)'),
    maxPositions: fields.count('N', 'maximum history length plus one for the start (that of the data, up to 201)'),
    seed: fields.number('N', 'seed of the weights (42)', { least: 0, isWhole: true }),
    dropout: fields.inMemory<number>('dropout (0.2)'),
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
