import { formatNumber, plural } from '../../base/format.ts';
import { greatest, smallest } from '../../base/many.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type ProjectedAdapter = JobResult<'project-adapter'>;

export const useCase = defineUseCase({
  section: 'Use',
  summary: "project a LoRA onto its base model's alignment (Safe LoRA)",
  arguments: ({ argument }) => [
    argument('adapter', 'ADAPTER', 'folder of a run or an adapter: a LoRA on an aligned model'),
  ],
  options: ({ required, text, number, count }) => ({
    unaligned: required(text('MODEL', 'the model before its alignment')),
    aligned: text('MODEL', "the aligned model that was tuned (default: the adapter's base model)"),
    threshold: number('COSINE', 'project layers whose change has at most this cosine (default: 0.5)', {
      least: -1,
      most: 1,
    }),
    layers: count('K', 'number of layers to project, those with the lowest cosines, instead of a threshold'),
    output: required(text('FOLDER', 'output folder', { aliases: ['--output-dir'] })),
  }),
  effects: ['writes-files', 'computes'],
  examples: ['adapters project runs/shop --unaligned Qwen/Qwen2.5-0.5B --output shop-safe'],
  stopping: 'stopping',
  async run({ adapter, ...options }, call): Promise<ProjectedAdapter> {
    const { projectAdapter } = await import('../adapters.ts');
    return projectAdapter(adapter, { ...options, ...call });
  },
  render: ({ folder, layers, untouched }, { colours }) => {
    const projected = layers.filter(({ isProjected }) => isProjected);
    const range = (values: readonly number[]) =>
      [smallest(values), greatest(values)].map((one) => formatNumber(one, 3)).join(' to ');
    return [
      `${colours.green('✓')} ${shortPath(folder)}: ${projected.length} of ${plural(layers.length, 'layers')} projected`,
      `  cosines of all layers: ${range(layers.map(({ cosine }) => cosine))}`,
      ...(projected.length > 0
        ? [`  changes of projected layers: ${range(projected.map(({ ratio }) => ratio))} times their original length`]
        : []),
      ...(untouched.length > 0
        ? [`  ${plural(untouched.length, 'layers')} unchanged: alignment changed nothing there`]
        : []),
      `  evaluate it before you use it: attune safety ${shortPath(folder)}; attune eval ${shortPath(folder)} --data rows.jsonl`,
    ].join('\n');
  },
});
