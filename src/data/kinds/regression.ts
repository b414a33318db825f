import type { ColumnSample, Format } from '../formats/format.ts';
import { readNumber, readTexts, textFields, toNumber } from '../formats/labelled-text.ts';
import { defineKind } from './kind.ts';
import { bothTexts, type ReadText } from './read-text.ts';

/** A number for a text. */
export interface RegressionExample extends ReadText {
  kind: 'regression';
  value: number;
}

/** `{ text, text_pair?, label }` with fractional labels: quantities rather than classes. */
const format: Format = {
  fields: [...textFields, 'label'],
  recognise: (sample) => (sample.has('text', 'label') && holdsQuantities(sample) ? ['text', 'label'] : undefined),
  read(row) {
    const [texts, value] = [readTexts(row), readNumber(row, 'label')];
    if (texts === undefined || value === undefined) return undefined;
    return { kind: 'regression', ...texts, value };
  },
  readInput(row) {
    const texts = readTexts(row);
    return texts && { kind: 'regression', ...texts, value: Number.NaN };
  },
};

export const regression = defineKind<RegressionExample, 'regression', 'numbers'>({
  name: 'regression',
  formats: { regression: format },
  text: bothTexts,
  row: (example) => ({ text: example.text, text_pair: example.textPair, label: example.value }),
  cut: 'windows',
  label: { type: 'number', of: (example) => example.value },
  prompt: bothTexts,
  answer: (example) => String(example.value),
  answerName: 'number',
  isReadWhole: true,
  forms: {
    numbers: {
      metrics: ['mae', 'rmse', 'r2', 'spearman'],
      inWords: 'numbers',
      instruction: 'Answer with one number and nothing else.',
    },
  },
  canChangePeople: true,
  objective: { name: 'regression', remark: 'a new head predicts a number for each text' },
  hasCheapRivals: true,
  needs: () => ({ reads: 'text', tasks: ['sequence'] }),
  layout: 'whole',
});

/** Integers may be classes as well; to learn them as quantities, name the format. */
function holdsQuantities(sample: ColumnSample): boolean {
  const numbers = sample.values('label').map(toNumber);
  return numbers.every((value) => value !== undefined) && numbers.some((value) => !Number.isInteger(value));
}
