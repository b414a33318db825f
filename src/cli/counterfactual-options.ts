/** `--counterfactuals` of `eval` and `compare`. */
import { AttuneError } from '../base/errors.ts';
import type { CounterfactualResults } from '../store/counterfactuals.ts';
import type { CommandContext, CommandOption } from './command.ts';
import { endpointLimits } from './endpoint-options.ts';
import { layoutOf } from './layout-options.ts';
import { precisionOf } from './sampling.ts';
import { withProgress } from '../terminal/with-progress.ts';

const PAIRS = '--counterfactuals';
const LIMIT = '--max-flip-rate';

export const counterfactualOptions: readonly CommandOption[] = [
  {
    name: PAIRS,
    value: 'FILE',
    summary:
      'pairs of `data counterfactuals`: how answers change with gender, origin and nationality, in place of all else',
  },
  { name: LIMIT, value: 'RATE', summary: 'for pairs: fail (exit code 3) if more than this share of answers change' },
];

/** What to do with the pairs that were named; undefined without any. @throws E_USAGE where other rows are named too */
export function counterfactualsOf(
  context: CommandContext,
  others: readonly string[],
): { evaluate(systems: readonly string[]): Promise<CounterfactualResults> } | undefined {
  const path = context.option(PAIRS);
  const limit = context.option(LIMIT);
  if (path === undefined && limit === undefined) return undefined;
  if (path === undefined) {
    throw new AttuneError('E_USAGE', { what: `${LIMIT} is of pairs`, fix: `name them: ${PAIRS} pairs.jsonl` });
  }
  const idle = others.filter((name) => context.option(name) !== undefined || context.has(name));
  if (idle.length > 0) {
    throw new AttuneError('E_USAGE', { what: `${PAIRS} is measured on its own pairs`, got: idle.join(', ') });
  }
  const options = {
    train: context.option('--train-data'),
    metrics: context.option('--metrics')?.split(','),
    instruction: context.option('--instruction'),
    maxPairs: context.count('--max-rows'),
    precision: precisionOf(context),
    maxNewTokens: context.count('--max-new-tokens'),
    maxFlipRate: limit === undefined ? undefined : Number(limit),
    allowOverlap: context.has('--allow-overlap'),
    folder: context.option('--output'),
    endpoint: endpointLimits(context),
    signal: context.stopSignal('stopping; what endpoints have answered is kept'),
  };
  return {
    async evaluate([first, ...more]) {
      const layout = await layoutOf(context);
      const { evaluateCounterfactuals } = await import('../app/fairness/evaluate-counterfactuals.ts');
      return withProgress(context, (onEvent) =>
        evaluateCounterfactuals([first, ...more], path, { ...options, ...layout, onEvent }),
      );
    },
  };
}
