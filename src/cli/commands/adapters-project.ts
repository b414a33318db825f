import { AttuneError } from '../../base/errors.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { greatest, smallest } from '../../base/many.ts';
import { missingFolder, numberOf } from '../adapter-options.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

const USAGE = 'attune adapters project ADAPTER --unaligned MODEL --output FOLDER';

export const command = defineCommand({
  section: 'Use',
  summary: "project a LoRA onto its base model's alignment (Safe LoRA)",
  arguments: [
    { name: 'ADAPTER', summary: "a run's or an adapter's folder, of a LoRA on an aligned model", required: true },
  ],
  options: [
    {
      name: '--unaligned',
      value: 'MODEL',
      required: true,
      summary: 'the aligned model as it was before its alignment',
    },
    {
      name: '--aligned',
      value: 'MODEL',
      summary: 'the model that was tuned; the one that the adapter names unless given',
    },
    {
      name: '--threshold',
      value: 'COSINE',
      summary: 'layers are projected whose change keeps at most this cosine; 0.5 unless given',
    },
    { name: '--layers', value: 'K', summary: 'so many layers of the lowest cosines in place of a threshold' },
    { name: '--output', aliases: ['--output-dir'], value: 'FOLDER', required: true, summary: 'the folder to write' },
  ],
  examples: ['adapters project runs/shop --unaligned Qwen/Qwen2.5-0.5B --output shop-safe'],
  async run(context) {
    const { projectAdapter } = await import('../../app/adapters.ts');
    const [unaligned, folder] = [context.option('--unaligned'), context.option('--output')];
    if (folder === undefined) throw missingFolder('adapters project ADAPTER --unaligned MODEL');
    if (unaligned === undefined) {
      const what = 'adapters project needs --unaligned, the model before it was aligned';
      throw new AttuneError('E_USAGE', { what, fix: USAGE });
    }
    const [threshold, layers] = [numberOf('--threshold', context.option('--threshold')), context.count('--layers')];
    if (threshold !== undefined && layers !== undefined)
      throw new AttuneError('E_USAGE', { what: '--threshold and --layers were both given', expected: 'one of them' });
    const options = { unaligned, aligned: context.option('--aligned'), threshold, layers, folder };
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      projectAdapter(context.argument('ADAPTER')!, { ...options, signal, onEvent }),
    );
  },
  render: ({ folder, layers, untouched }, { colours }) => {
    const projected = layers.filter(({ isProjected }) => isProjected);
    const range = (values: readonly number[]) =>
      [smallest(values), greatest(values)].map((one) => formatNumber(one, 3)).join(' to ');
    return [
      `${colours.green('✓')} ${shortPath(folder)}: ${projected.length} of ${plural(layers.length, 'layers')} projected`,
      `  cosines of all layers: ${range(layers.map(({ cosine }) => cosine))}`,
      ...(projected.length > 0
        ? [`  changes of those projected: ${range(projected.map(({ ratio }) => ratio))} times as long as before`]
        : []),
      ...(untouched.length > 0
        ? [`  ${plural(untouched.length, 'layers')} not touched: alignment changed nothing there`]
        : []),
      `  measure it before you use it: attune safety ${shortPath(folder)}; attune eval ${shortPath(folder)} --data rows.jsonl`,
    ].join('\n');
  },
});
