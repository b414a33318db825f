import type { Advice } from '../../app/advise/advise.ts';
import { formatCount, formatNumber } from '../../base/format.ts';
import { describeComparison } from '../comparison-text.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'measure what data are good for: cheap baselines, prompting, fine-tuning, more rows',
  arguments: [{ name: 'DATA', summary: 'a file, folder or glob of rows with answers', required: true }],
  takesRecipe: true,
  examples: ['advise tickets.jsonl', 'advise tickets.jsonl --model attune-base --epochs 1'],
  async run(context) {
    const [{ advise }, { resolveRecipe }, { OWN_BASE }] = await Promise.all([
      import('../../app/advise/advise.ts'),
      import('../../app/recipe/index.ts'),
      import('../../worker/run/base-model.ts'),
    ]);
    const onNotice = (notice: string) => context.log.line(context.log.colours.dim(notice));
    const withModel = 'model' in context.recipeFlags;
    const data = { train: context.argument('DATA')! };
    const recipe = await resolveRecipe({ model: OWN_BASE, data }, { flags: context.recipeFlags, onNotice });
    // Without a model all is computed here in one go, and nothing is written: Ctrl-C then ends the process as it stands.
    const signal = withModel ? context.stopSignal('stopping') : undefined;
    return withProgress(context, (onEvent) => advise({ recipe, withModel, onEvent, signal }));
  },
  render: (advice, terminal) =>
    [describeComparison(advice.comparison, terminal), curveTable(advice, terminal), describe(advice, terminal)].join(
      '\n\n',
    ),
});

/** What was measured at each size, and what is to be expected of more. */
function curveTable({ comparison, curve }: Advice, { colours }: Terminal): string {
  const range = (low?: number, high?: number) =>
    low === undefined || high === undefined ? '' : `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  const rows = [
    ...curve.points.map(({ rows: size, value, low, high }) => [
      formatCount(size),
      formatNumber(value, 3),
      range(low, high),
      '',
    ]),
    ...curve.forecast.map(({ rows: size, value, low, high }) => [
      formatCount(size),
      formatNumber(value, 3),
      range(low, high),
      'forecast',
    ]),
  ];
  const columns = [
    { title: 'training rows', isNumeric: true },
    { title: comparison.metrics[0].title, isNumeric: true },
    { title: '95 % interval' },
    { title: '' },
  ];
  return `${colours.dim(`How ${curve.system} grows with the rows`)}\n${formatTable(columns, rows, colours)}`;
}

function describe({ recommendation: { advice, reasons } }: Advice, { colours }: Terminal): string {
  return [colours.bold(advice), ...reasons.map((reason) => `  ${reason}`)].join('\n');
}
