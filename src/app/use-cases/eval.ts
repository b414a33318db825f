import { describeAssessment } from './shared/assessed.ts';
import type { CounterfactualResults } from '../../evaluation/assessments/counterfactuals.ts';
import type { Evaluated } from '../compare/evaluate-system.ts';
import type { FileOrRows } from '../rows/temporary-rows.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import { listField, measuredRowFields, measureFields, pairFields, rowsField } from './shared/measuring-fields.ts';
import { defineUseCase, resultType } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'evaluate one model on held-out rows, with intervals',
  arguments: ({ argument }) => [
    argument('system', 'MODEL', 'a run, a model folder, or any system that compare accepts'),
  ],
  options: (fields) => ({
    data: rowsField(fields, "rows to evaluate on (the run's own test rows)"),
    ...measuredRowFields(fields),
    base: fields.flag('the base model of the run'),
    metrics: listField(fields, 'metrics (chosen by the kind of answers)'),
    ...measureFields(fields),
    ...pairFields(fields),
    ...endpointFields(fields),
    trainData: fields.inMemory<FileOrRows>("rows to fit and to show (the run's training rows)"),
    instruction: fields.inMemory<string>('instruction for prompted models'),
    seed: fields.inMemory<number>("seed of samples and intervals (the run's)"),
  }),
  effects: ['computes', 'sends', 'writes-files'],
  examples: [
    'eval runs/tickets',
    'eval runs/tickets --base',
    'eval runs/tickets --data new-tickets.jsonl',
    'eval runs/tickets --text "I was charged twice" --label billing',
    'eval runs/tickets --counterfactuals pairs.jsonl --max-flip-rate 0.05',
  ],
  stopping: 'stopping; answers from endpoints are kept',
  resultWith: { counterfactuals: resultType<CounterfactualResults>() },
  async run({ system, base = false, ...options }, call): Promise<Evaluated | CounterfactualResults> {
    const { asksForPairs, compareOptions } = await import('../compare/compare-options.ts');
    const isOfPairs = asksForPairs(options);
    const target = base ? `base:${system}` : system;
    const settled = await compareOptions({ ...options, ...call });
    if (!isOfPairs) return (await import('../compare/evaluate-system.ts')).evaluate(target, settled);
    const { evaluateCounterfactuals } = await import('../fairness/evaluate-counterfactuals.ts');
    return evaluateCounterfactuals([target], options.counterfactuals, settled);
  },
  async render(result, terminal) {
    if ('systems' in result) return describeAssessment('counterfactuals', result, terminal);
    const { describeEvaluated } = await import('./text/evaluated.ts');
    return describeEvaluated(result, terminal);
  },
});
