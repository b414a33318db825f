import { AttuneError } from '../../base/errors.ts';
import { formatBytes, formatCount } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../short-path.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make a model with new weights for your own items, to be trained whole',
  arguments: [{ name: 'TYPE', summary: 'sasrec: the next item of somebody, from those before it', required: true }],
  options: [
    { name: '--data', value: 'PATH', summary: 'rows of user and item (and timestamp), or of items as a list' },
    { name: '--to', value: 'FOLDER', summary: 'the folder to write' },
    { name: '--width', value: 'N', summary: "numbers of each item's vector (64)" },
    { name: '--blocks', value: 'N', summary: 'blocks of attention (2)' },
    { name: '--heads', value: 'N', summary: 'heads of each (1)' },
    {
      name: '--max-positions',
      value: 'N',
      summary: 'longest history, and one for its start; that of the data, up to 201',
    },
    { name: '--seed', value: 'N', summary: 'of the weights (42)' },
  ],
  examples: ['models create sasrec --data interactions.csv --to recommender'],
  async run(context) {
    const { createNewModel } = await import('../../app/create-model.ts');
    const [data, folder] = ['--data', '--to'].map((name) => context.option(name));
    if (data === undefined || folder === undefined) {
      throw new AttuneError('E_USAGE', {
        what: `models create needs ${data === undefined ? '--data, the rows whose items it is for' : '--to, a folder to write'}`,
        fix: 'attune models create sasrec --data interactions.csv --to recommender',
      });
    }
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      createNewModel(context.argument('TYPE')!, {
        data,
        folder,
        width: context.count('--width'),
        blocks: context.count('--blocks'),
        heads: context.count('--heads'),
        maxPositions: context.count('--max-positions'),
        seed: context.count('--seed'),
        onEvent,
        signal,
      }),
    );
  },
  render: ({ folder, modelType, items, rows, parameters, bytes }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${modelType}, ${formatCount(parameters)} parameters, ${formatBytes(bytes)}`,
      `  ${formatCount(items)} items of ${formatCount(rows)} rows`,
      `  attune train --model ${shortPath(folder)} --objective next_item --tuning full --train …`,
    ].join('\n'),
});
