import { AttuneError } from '../../base/errors.ts';
import { formatNumber, formatPercent, plural } from '../../base/format.ts';
import { missingFolder } from '../adapter-options.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'the LoRA nearest to what tuning changed in a model',
  arguments: [{ name: 'MODEL', summary: "a run's or a model's folder, or another adapter's", required: true }],
  options: [
    { name: '--base', value: 'MODEL', required: true, summary: 'the model that it was tuned from' },
    { name: '--rank', value: 'R', summary: "of each layer's change; 16 unless given" },
    { name: '--output', aliases: ['--output-dir'], value: 'FOLDER', required: true, summary: 'the folder to write' },
  ],
  examples: ['adapters extract runs/tickets --base attune-base --rank 32 --output tickets-lora'],
  async run(context) {
    const { extractAdapter } = await import('../../app/adapters.ts');
    const [base, folder] = [context.option('--base'), context.option('--output')];
    if (folder === undefined) throw missingFolder('adapters extract MODEL --base BASE');
    if (base === undefined) {
      throw new AttuneError('E_USAGE', {
        what: 'adapters extract needs --base, the model that MODEL was tuned from',
        fix: 'attune adapters extract MODEL --base BASE --output FOLDER',
      });
    }
    const options = { base, folder, rank: context.count('--rank'), signal: context.stopSignal('stopping') };
    return withProgress(context, (onEvent) => extractAdapter(context.argument('MODEL')!, { ...options, onEvent }));
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
