import { formatNumber, formatPercent, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type ExtractedAdapter = JobResult<'extract-adapter'>;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'extract the closest LoRA from a tuned model',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, a model or an adapter')],
  options: ({ required, text, count }) => ({
    base: required(text('MODEL', 'the base model it was tuned from')),
    rank: count('R', 'rank of the LoRA (default: 16)'),
    output: required(text('FOLDER', 'output folder', { aliases: ['--output-dir'] })),
  }),
  effects: ['writes-files', 'computes'],
  examples: ['adapters extract runs/tickets --base attune-base --rank 32 --output tickets-lora'],
  stopping: 'stopping',
  async run({ model, ...options }, call): Promise<ExtractedAdapter> {
    const { extractAdapter } = await import('../adapters.ts');
    return extractAdapter(model, { ...options, ...call });
  },
  render: ({ folder, layers, savedWhole, kept, split, rows, losses }, { colours }) => {
    const scored = split === 'random' ? 'rows of random tokens' : `${split} rows`;
    const [base, tuned, extracted] = [losses.base, losses.tuned, losses.extracted].map((loss) => formatNumber(loss, 6));
    return [
      `${colours.green('✓')} ${shortPath(folder)}: ${plural(layers, 'layers')}, ${formatPercent(kept)} of their squared change`,
      ...(savedWhole.length > 0 ? [`  saved whole: ${savedWhole.join(', ')}`] : []),
      `  loss on ${rows} ${scored}: base ${base}, model ${tuned}, base with the LoRA ${extracted}`,
    ].join('\n');
  },
});
