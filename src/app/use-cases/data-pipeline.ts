import type { PipelineSpec, PipelineResult } from '../../preparation/index.ts';
import { readingFields } from './shared/reading-fields.ts';
import { defineUseCase } from './use-case.ts';

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
    output: fields.text('FOLDER', 'folder to write (ATTUNE_HOME/data-sets, named by its content)', {
      aliases: ['--to'],
    }),
    cache: fields.flag('cache no rows from before the last step, and delete those of earlier runs', {
      flag: '--no-cache',
    }),
    ...readingFields(fields),
    base: fields.inMemory<string>("base folder of relative paths (the pipeline file's, or the current one)"),
  }),
  effects: ['writes-files', 'computes'],
  examples: ['data pipeline support.yaml', 'data pipeline support.yaml --output data/support'],
  stopping: 'stopping',
  streamsRows: true,
  async run({ pipeline, ...options }, call): Promise<DataPipelineResult> {
    const { dataPipeline } = await import('../data-pipeline.ts');
    return dataPipeline(pipeline, { ...options, ...call });
  },
  async render(made, terminal) {
    const { describePipeline } = await import('./text/data-pipeline.ts');
    return describePipeline(made, terminal);
  },
});
