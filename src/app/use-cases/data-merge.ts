import type { PipelineSpec } from '../../preparation/index.ts';
import type { DataPipelineResult } from './data-pipeline.ts';
import { readingFields } from './shared/reading-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'join the parts that `data pipeline --shard` made: duplicates, split and counts over all rows',
  arguments: ({ z, argument, argumentOr }) => [
    argumentOr('pipeline', 'FILE', 'the pipeline file that the parts were made with', z.custom<PipelineSpec>()),
    argument('parts', 'PARTS', 'the folder or bucket (s3://BUCKET/PREFIX) with the parts of all shards'),
  ],
  options: (fields) => ({
    output: fields.text('FOLDER', 'folder to write (ATTUNE_HOME/data-sets, named by its content)', {
      aliases: ['--to'],
    }),
    cache: fields.flag('cache no rows from before the last step, and delete those of earlier runs', {
      flag: '--no-cache',
    }),
    line: readingFields(fields).line,
    base: fields.text('FOLDER', "base folder of relative paths (the pipeline file's, or the current one)"),
  }),
  effects: ['writes-files', 'computes', 'fetches'],
  examples: ['data merge support.yaml s3://bucket/parts --output data/support'],
  stopping: 'stopping',
  streamsRows: true,
  async run({ pipeline, parts, ...options }, call): Promise<DataPipelineResult> {
    const { dataMerge } = await import('../data-pipeline.ts');
    return dataMerge(pipeline, parts, { ...options, ...call });
  },
  async render(made, terminal) {
    const { describePipeline } = await import('./text/data-pipeline.ts');
    return describePipeline(made, terminal);
  },
});
