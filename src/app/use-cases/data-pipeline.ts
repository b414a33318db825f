import type { PipelineSpec, PipelineResult, ShardResult } from '../../preparation/index.ts';
import { readingFields } from './shared/reading-fields.ts';
import { defineUseCase, resultType } from './use-case.ts';

export interface DataPipelineResult extends PipelineResult {
  /** HTML page about the data set. */
  report: string;
  /** Folder in which rows from before redaction are cached for the next run. */
  unredacted?: string;
  /** Command that writes a recipe for the data set. */
  next: string;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'build a versioned data set from a pipeline file: sources, steps, split; only what changed is rebuilt',
  arguments: ({ z, argumentOr }) => [
    argumentOr(
      'pipeline',
      'FILE',
      'name, sources, steps, split: a .yaml, or a .ts that exports them',
      z.custom<PipelineSpec>(),
    ),
  ],
  options: (fields) => ({
    output: fields.text('FOLDER', 'folder to write (ATTUNE_HOME/data-sets, named by pipeline and content)', {
      aliases: ['--to'],
    }),
    shard: fields.text(
      'INDEX/COUNT',
      'make one part of COUNT, from 0/COUNT on, in the folder or bucket --output; `data merge` joins them',
    ),
    cache: fields.flag('cache no rows from before the last step, and delete those of earlier runs', {
      flag: '--no-cache',
    }),
    ...readingFields(fields),
    base: fields.text('FOLDER', "base folder of relative paths (the pipeline file's, or the current one)"),
  }),
  resultWith: { shard: resultType<ShardResult>() },
  effects: ['writes-files', 'computes', 'sends', 'fetches'],
  examples: [
    'data pipeline support.yaml',
    'data pipeline support.yaml --output data/support',
    'data pipeline support.yaml --shard 3/10 --output s3://bucket/parts',
  ],
  stopping: 'stopping',
  streamsRows: true,
  async run({ pipeline, shard, ...options }, call): Promise<DataPipelineResult | ShardResult> {
    const { dataPipeline, dataShard } = await import('../data-pipeline.ts');
    if (shard !== undefined) return dataShard(pipeline, { ...options, ...call, shard });
    return dataPipeline(pipeline, { ...options, ...call });
  },
  async render(made, terminal) {
    const { describePart, describePipeline } = await import('./text/data-pipeline.ts');
    return 'part' in made ? describePart(made, terminal) : describePipeline(made, terminal);
  },
});
