import type { compare as compareSystems, CompareOptions } from '../../app/compare/compare.ts';
import { AttuneError } from '../../base/errors.ts';
import type { CounterfactualResults } from '../../store/counterfactuals.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { counterfactualOptions, counterfactualsOf } from '../counterfactual-options.ts';
import { endpointLimits, endpointOptions } from '../endpoint-options.ts';
import { layoutOf, layoutOptions, strictOf, strictOption } from '../layout-options.ts';
import { precisionOf, precisionOption } from '../sampling.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { typedOptions, typedRows } from '../typed-rows.ts';
import { withProgress } from '../../terminal/with-progress.ts';

type ComparedSystems = Awaited<ReturnType<typeof compareSystems>>;

export const command = defineCommand({
  section: 'Use',
  summary: 'compare systems: which one is better, and with what confidence',
  arguments: [
    {
      name: 'SYSTEM',
      summary:
        'a run, a model folder, base:RUN, prompted:MODEL, few_shot:MODEL, https://HOST/v1#MODEL, cheap, nearest, tfidf, or a file of answers',
      required: true,
      many: true,
    },
  ],
  options: [
    { name: '--data', value: 'FILE', summary: 'rows to compare on (the test rows of the first run)' },
    ...layoutOptions,
    ...typedOptions,
    strictOption,
    { name: '--split', value: 'NAME', summary: "split of the run's own rows: test or validation (test)" },
    {
      name: '--train-data',
      value: 'FILE',
      summary: 'rows to fit and to show (the training rows of the first run)',
    },
    { name: '--metrics', value: 'LIST', summary: 'metrics, the deciding one first (chosen by the kind of answers)' },
    { name: '--baselines', value: 'LIST', summary: 'for a run alone: prompted, few_shot, cheap' },
    { name: '--instruction', value: 'TEXT', summary: 'instruction for prompted models' },
    { name: '--max-rows', value: 'ROWS', summary: 'size of the sample (500)' },
    precisionOption,
    { name: '--max-new-tokens', value: 'TOKENS', summary: 'longest answer (by the training answers)' },
    { name: '--keep-seen', summary: 'recommenders: items that a row already has may be recommended again' },
    { name: '--allow-overlap', summary: 'continue although rows were trained on' },
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: 'keep comparison.json and samples.json there',
    },
    ...counterfactualOptions,
    ...endpointOptions,
  ],
  examples: [
    'compare runs/tickets',
    'compare runs/second runs/first',
    'compare runs/second runs/first --counterfactuals pairs.jsonl',
    'compare runs/tickets base:runs/tickets nearest --data new-tickets.jsonl',
    'compare runs/tickets https://api.example.com/v1#large --prices 2,8 --max-cost 5',
  ],
  async run(context): Promise<ComparedSystems | CounterfactualResults> {
    const pairs = counterfactualsOf(context, ['--data', '--split', '--keep-seen', '--baselines', '--text']);
    if (pairs !== undefined) return pairs.evaluate(context.arguments);
    const { compare } = await import('../../app/compare/compare.ts');
    const [first, ...others] = context.arguments;
    const signal = context.stopSignal('stopping; what endpoints have answered is kept');
    const options = { ...optionsOf(context), ...(await layoutOf(context)), ...typedRows(context), signal };
    return withProgress(context, (onEvent) => compare([first, ...others], { ...options, onEvent }));
  },
  render: async (result, terminal) => {
    if ('systems' in result)
      return (await import('../../app/use-cases/text/counterfactual.ts')).describeCounterfactuals(result, terminal);
    const { describeComparison } = await import('../../app/use-cases/text/comparison.ts');
    const { comparison, folder } = result;
    const kept = folder === undefined ? '' : `\n\n${terminal.colours.dim(`kept in ${shortPath(folder)}`)}`;
    return describeComparison(comparison, terminal) + kept;
  },
});

function optionsOf(context: CommandContext): CompareOptions {
  return {
    data: context.option('--data'),
    strict: strictOf(context),
    split: splitOf(context),
    train: context.option('--train-data'),
    metrics: context.option('--metrics')?.split(','),
    baselines: context.option('--baselines')?.split(','),
    instruction: context.option('--instruction'),
    maxRows: context.count('--max-rows'),
    precision: precisionOf(context),
    maxNewTokens: context.count('--max-new-tokens'),
    keepSeen: context.has('--keep-seen') || undefined,
    allowOverlap: context.has('--allow-overlap'),
    folder: context.option('--output'),
    endpoint: endpointLimits(context),
  };
}

export function splitOf(context: CommandContext): 'test' | 'validation' {
  const split = context.option('--split') ?? 'test';
  if (split === 'test' || split === 'validation') return split;
  throw new AttuneError('E_USAGE', { what: `There is no split "${split}"`, expected: 'validation or test' });
}
