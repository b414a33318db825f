import type { Advice } from '../../app/advise/advise.ts';
import { formatCount, formatNumber } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'measure what the data can do: cheap baselines, prompting, fine-tuning, more rows',
  arguments: [
    {
      name: 'DATA',
      summary: 'a file, folder or glob of rows with answers, or a recipe that names them',
      required: true,
    },
  ],
  takesRecipe: true,
  examples: [
    'advise tickets.jsonl',
    'advise tickets.yaml',
    'advise tickets.csv --columns "{text: [subject, body], label: queue}"',
    'advise tickets.jsonl --model attune-base --epochs 1',
  ],
  async run(context) {
    const [{ advise }, { isRecipe, resolveRecipe, resolveRecipeFile }, { OWN_BASE }] = await Promise.all([
      import('../../app/advise/advise.ts'),
      import('../../app/recipe/index.ts'),
      import('../../jobs/model/base-model.ts'),
    ]);
    const onNotice = (notice: string) => context.log.line(context.log.colours.dim(notice));
    const withModel = 'model' in context.recipeFlags;
    const data = context.argument('DATA')!;
    const options = { flags: context.recipeFlags, onNotice };
    const recipe = isRecipe(data)
      ? await resolveRecipeFile(data, options)
      : await resolveRecipe({ model: OWN_BASE, data: { train: data } }, options);
    // Without a model all is computed here in one go, and nothing is written: Ctrl-C then ends the process as it stands.
    const signal = withModel ? context.stopSignal('stopping') : undefined;
    const advice = await withProgress(context, (onEvent) => advise({ recipe, withModel, onEvent, signal }));
    const { keep } = advice.recommendation;
    if (keep === undefined) return advice;
    const flags = context.recipeFlags;
    const { keepCommand } = await import('../../app/use-cases/text/keep-command.ts');
    const command = isRecipe(data) ? keepCommand(keep, flags, data) : keepCommand(keep, { train: data, ...flags });
    return { ...advice, keep: command };
  },
  render: async (advice, terminal) => {
    const { describeFigures } = await import('../../app/use-cases/text/comparison.ts');
    return [describe(advice, terminal), describeFigures(advice.comparison, terminal), curveTable(advice, terminal)]
      .filter((part) => part !== undefined)
      .join('\n\n');
  },
});

type Advised = Advice & { keep?: string };

/** What was measured at each size, and what is to be expected of more. */
function curveTable({ comparison, curve }: Advice, { colours }: Terminal): string | undefined {
  if (curve.points.length === 0) return undefined;
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

function describe({ recommendation, keep }: Advised, { colours }: Terminal): string {
  const { advice, choice, reasons } = recommendation;
  const why = choice === 'cheap' ? 'to keep it' : 'until then, to keep the best of these';
  const command = keep === undefined ? [] : [`  ${why}: ${colours.cyan(keep)}`];
  return [colours.bold(advice), ...reasons.map((reason) => `  ${reason}`), ...command].join('\n');
}
