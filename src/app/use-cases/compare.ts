import { describeAssessment } from './shared/assessed.ts';
import { shortPath } from '../terminal/short-path.ts';
import type { CounterfactualResults } from '../../evaluation/assessments/counterfactuals.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import { listField, measuredRowFields, measureFields, pairFields, rowsField } from './shared/measuring-fields.ts';
import { promptingFields } from './shared/prompting-fields.ts';
import { askingWayNames } from '../../store/asking-ways.ts';
import { defineUseCase, resultType } from './use-case.ts';
import type { Compared } from '../../evaluation/compare/compare.ts';

/** `counted`: the run whose verdict takes the user's own rows into account. */
export type ComparedSystems = Compared & { folder?: string; counted?: string };

const WAYS = askingWayNames.map((way) => `${way}:MODEL`).join(', ');

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'compare systems: which is better, and with what confidence',
  arguments: ({ arguments: all }) => [
    all(
      'systems',
      'SYSTEM',
      `a run, a model folder, base:RUN, ${WAYS}, https://HOST/v1#MODEL, cheap, nearest, tfidf, or a file of answers`,
    ),
  ],
  options: (fields) => ({
    data: rowsField(fields, 'rows to compare on (the test rows of the first run)'),
    ...measuredRowFields(fields),
    trainData: rowsField(fields, 'rows to fit and to show (the training rows of the first run)'),
    metrics: listField(fields, 'metrics; the first one decides (chosen by the kind of answers)'),
    baselines: listField(fields, `for a run alone: ${askingWayNames.join(', ')}, cheap`),
    instruction: fields.text('TEXT', 'instruction for prompted models'),
    ...promptingFields(fields),
    ...measureFields(fields),
    output: fields.text('FOLDER', 'folder for comparison.json and samples.json', { aliases: ['--output-dir'] }),
    ...pairFields(fields),
    ...endpointFields(fields),
    seed: fields.inMemory<number>("seed of samples and intervals (the first run's)"),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: [
    'compare runs/tickets',
    'compare runs/second runs/first',
    'compare runs/second runs/first --counterfactuals pairs.jsonl',
    'compare runs/tickets base:runs/tickets nearest --data new-tickets.jsonl',
    'compare runs/tickets retrieved:attune-base retrieved:runs/tickets --passages handbook.jsonl',
    'compare runs/tickets https://api.example.com/v1#large --prices 2,8 --max-cost 5',
  ],
  stopping: 'stopping; answers from endpoints are saved',
  resultWith: { counterfactuals: resultType<CounterfactualResults>() },
  async run({ systems, ...options }, call): Promise<ComparedSystems | CounterfactualResults> {
    const { asksForPairs, compareOptions } = await import('../compare/compare-options.ts');
    const isOfPairs = asksForPairs(options);
    const settled = await compareOptions({ ...options, ...call });
    if (!isOfPairs) return (await import('../compare/compare.ts')).compare(systems, settled);
    const { evaluateCounterfactuals } = await import('../fairness/evaluate-counterfactuals.ts');
    return evaluateCounterfactuals(systems, options.counterfactuals, settled);
  },
  async render(result, terminal) {
    if ('systems' in result) return describeAssessment('counterfactuals', result, terminal);
    const { describeComparison } = await import('./text/comparison.ts');
    const { comparison, folder, counted } = result;
    const remark =
      counted === undefined
        ? folder && `saved in ${shortPath(folder)}`
        : `the verdict of ${shortPath(counted)} counts these rows`;
    const kept = remark === undefined ? '' : `\n\n${terminal.colours.dim(remark)}`;
    return describeComparison(comparison, terminal) + kept;
  },
});
