import { entryOf } from '../../base/table.ts';
import type { Evaluated } from '../../app/compare/evaluate.ts';
import { formatCount, formatNumber, plural } from '../../base/format.ts';
import type { CounterfactualResults } from '../../store/counterfactuals.ts';
import { defineCommand } from '../command.ts';
import { visible } from '../../terminal/control-characters.ts';
import { counterfactualOptions, counterfactualsOf } from '../counterfactual-options.ts';
import { describeCounterfactuals } from '../../app/use-cases/text/counterfactual.ts';
import { endpointLimits, endpointOptions } from '../endpoint-options.ts';
import { layoutOf, layoutOptions, strictOf, strictOption } from '../layout-options.ts';
import { precisionOf, precisionOption } from '../sampling.ts';
import { formatTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { typedOptions, typedRows } from '../typed-rows.ts';
import { withProgress } from '../../terminal/with-progress.ts';
import { splitOf } from './compare.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'measure one model on held-out rows, with intervals',
  arguments: [{ name: 'MODEL', summary: 'a run, a model folder, or whatever compare takes', required: true }],
  options: [
    { name: '--data', value: 'FILE', summary: "rows to measure on (the run's own test rows)" },
    ...layoutOptions,
    ...typedOptions,
    strictOption,
    { name: '--split', value: 'NAME', summary: "split of the run's own rows: test or validation (test)" },
    { name: '--base', summary: 'the base model that the run started from' },
    { name: '--metrics', value: 'LIST', summary: 'metrics (chosen by the kind of answers)' },
    { name: '--max-rows', value: 'ROWS', summary: 'size of the sample (500)' },
    precisionOption,
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer (by the training answers)' },
    { name: '--keep-seen', summary: 'recommenders: items that a row already has may be recommended again' },
    { name: '--allow-overlap', summary: 'continue although rows were trained on' },
    ...counterfactualOptions,
    ...endpointOptions,
  ],
  examples: [
    'eval runs/tickets',
    'eval runs/tickets --base',
    'eval runs/tickets --data new-tickets.jsonl',
    'eval runs/tickets --text "I was charged twice" --label billing',
    'eval runs/tickets --counterfactuals pairs.jsonl --max-flip-rate 0.05',
  ],
  async run(context): Promise<Evaluated | CounterfactualResults> {
    const named = context.argument('MODEL')!;
    const pairs = counterfactualsOf(context, ['--data', '--split', '--keep-seen', '--text']);
    if (pairs !== undefined) return pairs.evaluate([context.has('--base') ? `base:${named}` : named]);
    const { evaluate } = await import('../../app/compare/evaluate.ts');
    const options = {
      data: context.option('--data'),
      ...(await layoutOf(context)),
      strict: strictOf(context),
      split: splitOf(context),
      metrics: context.option('--metrics')?.split(','),
      maxRows: context.count('--max-rows'),
      precision: precisionOf(context),
      maxNewTokens: context.count('--max-new-tokens'),
      keepSeen: context.has('--keep-seen') || undefined,
      allowOverlap: context.has('--allow-overlap'),
      endpoint: endpointLimits(context),
      ...typedRows(context),
      signal: context.stopSignal('stopping; what endpoints have answered is kept'),
    };
    return withProgress(context, (onEvent) =>
      evaluate(context.has('--base') ? `base:${named}` : named, { ...options, onEvent }),
    );
  },
  render: (result, terminal) =>
    'systems' in result ? describeCounterfactuals(result, terminal) : describe(result, terminal),
});

function describe(
  { answers = [], available, split, rows, values, titles, notes }: Evaluated,
  { colours }: Terminal,
): string {
  const lines = Object.entries(titles).map(([name, title]) => {
    const { value, low, high } = entryOf(values, name);
    const interval = low === undefined || high === undefined ? '' : `${formatNumber(low)} to ${formatNumber(high)}`;
    return [title, formatNumber(value), interval];
  });
  const columns = [
    {
      title: `${available === undefined ? '' : `${formatCount(rows)} of `}${plural(available ?? rows, 'rows')} of ${split}`,
    },
    { title: '', isNumeric: true },
    { title: '95 % interval' },
  ];
  const told = answers.map(({ prompt, expected, text, isRight }) => {
    const mark = isRight ? colours.green('✓') : colours.red('✗');
    return `${mark} ${visible(prompt)} → ${visible(text)}${isRight ? '' : colours.dim(` (right: ${visible(expected)})`)}`;
  });
  return [...told, formatTable(columns, lines, colours), ...notes.map((note) => colours.dim(note))].join('\n');
}
