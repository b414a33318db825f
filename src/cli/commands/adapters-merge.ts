import { formatNumber, plural } from '../../base/format.ts';
import { missingFolder, numberOf, numbersOf } from '../adapter-options.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make one LoRA of several: their sum, average or difference',
  arguments: [
    { name: 'ADAPTERS', summary: "runs or adapters' folders, all on one base model", required: true, many: true },
  ],
  options: [
    {
      name: '--method',
      value: 'NAME',
      summary:
        'linear, ties, dare_ties, dare_linear, magnitude_prune: A and B apart, as PEFT does, all of one rank; ' +
        'cat: the exact weighted sum of the changes; svd, ties_svd, …: the changes, cut to --rank',
    },
    {
      name: '--weights',
      value: 'LIST',
      summary: 'a number for each adapter, such as 0.7,0.3; 1 each unless given; -1 subtracts with cat and svd',
    },
    { name: '--density', value: 'SHARE', summary: 'share of entries that pruning methods keep; 0.5 unless given' },
    {
      name: '--majority-sign',
      value: 'total|frequency',
      summary: 'what decides the sign of ties and dare_ties: the sum, or how many adapters have it',
    },
    { name: '--rank', value: 'R', summary: "of the svd methods' result; the largest of the adapters' unless given" },
    { name: '--seed', value: 'N', summary: 'of what dare_… drops; 42 unless given' },
    { name: '--output', aliases: ['--output-dir'], value: 'FOLDER', required: true, summary: 'the folder to write' },
  ],
  examples: [
    'adapters merge runs/refunds runs/delivery --method ties --output both',
    'adapters merge runs/polite runs/rude --method cat --weights 1,-1 --output politer',
  ],
  async run(context) {
    const [{ mergeMethods }, { mergeAdapters }] = await Promise.all([
      import('../../methods/tuning/merge-methods.ts'),
      import('../../app/adapters.ts'),
    ]);
    const folder = context.option('--output');
    if (folder === undefined) throw missingFolder('adapters merge A B');
    const method = context.choice('--method', Object.keys(mergeMethods) as (keyof typeof mergeMethods)[]);
    const majoritySign = context.choice('--majority-sign', ['total', 'frequency']);
    const options = {
      folder,
      method,
      majoritySign,
      weights: numbersOf('--weights', context.option('--weights')),
      density: numberOf('--density', context.option('--density')),
      rank: context.count('--rank'),
      seed: numberOf('--seed', context.option('--seed')),
      signal: context.stopSignal('stopping'),
    };
    return withProgress(context, (onEvent) => mergeAdapters(context.arguments, { ...options, onEvent }));
  },
  render: ({ folder, method, layers, ranks: [least, most], adapters }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${plural(layers, 'layers')}, rank ${least === most ? least : `${least} to ${most}`}`,
      ...adapters.map((one) => `  ${formatNumber(one.weight, 3)} × ${shortPath(one.folder)}`),
      method === 'cat'
        ? '  exactly the weighted sum of their changes'
        : `  ${method}: measure it before you use it: attune eval ${shortPath(folder)} --data rows.jsonl`,
    ].join('\n'),
});
