import { AttuneError } from '../../base/errors.ts';
import type { ColumnMapping } from '../../data/columns.ts';
import type { EndpointLimits } from '../../jobs/compare/systems/system-spec.ts';
import type { useCase } from '../use-cases/compare.ts';
import { columnMapping } from '../use-cases/shared/columns-field.ts';
import { promptingOf, type PromptingFlags, type PromptingInput } from '../use-cases/shared/prompting-fields.ts';
import { limitsOf } from '../use-cases/shared/endpoint-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { typedRows } from './typed-rows.ts';

type Asked = CallOptions<typeof useCase>;

/** Options of a comparison in the form that its functions use. */
export type CompareOptions = Omit<
  Asked,
  'columns' | 'text' | 'label' | 'answer' | keyof PromptingFlags | keyof EndpointLimits | 'prices'
> & {
  columns?: ColumnMapping;
  /** Settings of retrieval and prompt search. */
  prompting?: PromptingInput;
  /** Cost limits and API key of endpoints. */
  endpoint?: EndpointLimits;
};

/** Converts the given options: typed rows become rows in memory, columns a mapping. @throws AttuneError E_USAGE */
export async function compareOptions(asked: Asked): Promise<CompareOptions> {
  const { columns, text: _, label: __, answer: ___, ...options } = { ...asked, ...typedRows(asked) };
  const mapping = await columnMapping(columns);
  return {
    ...options,
    ...(mapping !== undefined && { columns: mapping }),
    endpoint: limitsOf(asked),
    ...promptingOf(asked),
  };
}

/** Whether pairs are given instead of rows. @throws AttuneError E_USAGE if both are */
export function asksForPairs(asked: Asked): asked is Asked & { counterfactuals: string } {
  const { counterfactuals, maxFlipRate } = asked;
  if (counterfactuals === undefined && maxFlipRate === undefined) return false;
  if (counterfactuals === undefined) {
    throw new AttuneError('E_USAGE', {
      what: '--max-flip-rate only applies to pairs',
      fix: 'give the pairs: --counterfactuals pairs.jsonl',
    });
  }
  const flags = { data: '--data', split: '--split', keepSeen: '--keep-seen', baselines: '--baselines', text: '--text' };
  const idle = Object.entries(flags).flatMap(([name, flag]) => (asked[name as keyof typeof flags] ? [flag] : []));
  if (idle.length === 0) return true;
  throw new AttuneError('E_USAGE', {
    what: '--counterfactuals compares its own pairs, so these options do not apply',
    got: idle.join(', '),
  });
}
