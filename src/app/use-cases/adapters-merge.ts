import { AttuneError } from '../../base/errors.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { mergeMethodNames } from '../../methods/tunings/merge-methods.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';
import type { JobResult } from '../../jobs/worker/index.ts';

export type MergedAdapters = JobResult<'merge-adapters'>;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'merge several LoRAs into one: sum, average or difference',
  arguments: ({ arguments: all }) => [
    all('adapters', 'ADAPTERS', 'runs or adapter folders, all on the same base model'),
  ],
  options: ({ z, required, choice, parsed, number, count, text }) => ({
    method: choice(
      mergeMethodNames,
      'NAME',
      'linear, ties, dare_ties, dare_linear, magnitude_prune: A and B merged separately, as in PEFT, ' +
        'all of one rank; cat: the exact weighted sum of the changes; svd, ties_svd, …: the changes, reduced to --rank',
    ),
    weights: parsed(
      z.array(z.number()),
      'LIST',
      'a number per adapter, such as 0.7,0.3 (default: 1 each); -1 subtracts with cat and svd',
      { read: (typed, flag) => numbersOf(flag, String(typed)) },
    ),
    density: number('SHARE', 'share of entries that pruning methods keep (default: 0.5)', {
      least: 0,
      isAbove: true,
      most: 1,
    }),
    majoritySign: choice(
      ['total', 'frequency'],
      'total|frequency',
      'how ties and dare_ties decide signs: by the sum, or by the number of adapters',
    ),
    rank: count('R', "rank of the result of svd methods (default: the largest of the adapters')"),
    seed: number('N', 'seed for the entries that dare_… drops (default: 42)'),
    output: required(text('FOLDER', 'output folder', { aliases: ['--output-dir'] })),
  }),
  effects: ['writes-files', 'computes'],
  examples: [
    'adapters merge runs/refunds runs/delivery --method ties --output both',
    'adapters merge runs/polite runs/rude --method cat --weights 1,-1 --output politer',
  ],
  stopping: 'stopping',
  async run({ adapters, ...options }, call): Promise<MergedAdapters> {
    const { mergeAdapters } = await import('../adapters.ts');
    return mergeAdapters(adapters, { ...options, ...call });
  },
  render: ({ folder, method, layers, ranks: [least, most], adapters }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${plural(layers, 'layers')}, rank ${least === most ? least : `${least} to ${most}`}`,
      ...adapters.map((one) => `  ${formatNumber(one.weight, 3)} × ${shortPath(one.folder)}`),
      method === 'cat'
        ? '  exactly the weighted sum of their changes'
        : `  ${method}: evaluate it before you use it: attune eval ${shortPath(folder)} --data rows.jsonl`,
    ].join('\n'),
});

/** Parses comma-separated numbers. @throws AttuneError E_USAGE */
function numbersOf(flag: string, text: string): number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (numbers.every((value) => Number.isFinite(value))) return numbers;
  throw new AttuneError('E_USAGE', { what: `${flag} is "${text}"`, expected: 'comma-separated numbers' });
}
