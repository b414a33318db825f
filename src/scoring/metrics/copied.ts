import { promptText } from '../prompt-text.ts';
import { copiedValues, hasInvented, tokensIn } from './copied-values.ts';
import { compared } from './compared.ts';
import { type MetricDefinition, rowMetric } from './metric.ts';

/**
 * Share of answers that contain every number, code and name which the right answer copies from the prompt, and no
 * number or code that is in neither of the two.
 */
export const copied: MetricDefinition = {
  name: 'copied',
  title: 'copied right',
  better: 'higher',
  best: 1,
  reads: 'text',
  create(options) {
    let withValues = 0;
    return rowMetric(
      (prediction, example) => {
        const { predicted, reference } = compared(prediction, example, options);
        const prompt = promptText(example);
        const values = copiedValues(prompt, reference);
        if (values.length > 0) withValues++;
        const found = tokensIn(predicted);
        if (found.size === 0 && tokensIn(reference).size > 0) return 0;
        return values.every((value) => found.has(value)) && !hasInvented(predicted, [prompt, reference]) ? 1 : 0;
      },
      (rows) => ({ value: rows.mean(), details: { rows: rows.count, with_values: withValues } }),
    );
  },
};
