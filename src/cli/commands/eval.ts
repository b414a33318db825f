import { formatNumber } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { formatFacts } from '../table.ts';

export const command = defineCommand({
  section: 'Use',
  summary: "score a run's model on its held-out rows",
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--split', value: 'NAME', summary: 'validation or test; test unless given' },
    { name: '--base', summary: 'the base model, without the adapter' },
  ],
  examples: ['eval runs/tickets', 'eval runs/tickets --base'],
  async run(context) {
    const split = context.option('--split') ?? 'test';
    if (split !== 'test' && split !== 'validation') {
      throw new AttuneError('E_USAGE', { what: `There is no split "${split}"`, expected: 'validation or test' });
    }
    const [{ evaluateRun }, { showRun }] = await Promise.all([
      import('../../app/evaluate.ts'),
      import('../../app/runs.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const progress = context.progress();
    const result = await evaluateRun(folder, { split, base: context.has('--base'), onEvent: progress.show });
    progress.close(true);
    return result;
  },
  render: ({ split, rows, metrics }, { colours }) => {
    const facts = Object.entries(metrics).map(([name, value]): [string, string] => [name, formatNumber(value)]);
    return formatFacts([['rows', `${rows} of ${split}`], ...facts], colours);
  },
});
