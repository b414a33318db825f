import type { Column } from '../../base/figures.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { wordingSchema, type Wording } from '../wording/wording-results.ts';
import { wordingFinding, type WordingFinding } from '../wording/wording-sentence.ts';
import { defineAssessment } from './define-assessment.ts';

export const wording = defineAssessment({
  name: 'wording',
  schema: wordingSchema,
  measure: 'train with evaluation.other_words',
  table({ confidence, examples, metrics, rows, systems }) {
    return {
      title: 'In other words',
      lead:
        'Altered test rows: without greetings and other frames, joined from halves of rows of one class, ' +
        'as keywords, with misspellings, with an unrelated sentence; for generated answers, with other ' +
        'numbers, codes and names in prompt and answer. The rules use no synonyms, so unfamiliar words ' +
        `cost a system more than this shows. Intervals are ${formatNumber(confidence * 100)} %, ` +
        `on ${plural(rows, 'rows')}.`,
      figures: [
        {
          columns: [
            { title: 'System' },
            ...metrics.flatMap(({ title }): Column[] => [
              { title: `${title}, as they are`, unit: 'number' },
              { title: 'in other words', unit: 'number', interval: 'inline', isMain: true },
            ]),
          ],
          rows: systems.map(({ title, values }) => ({
            name: title,
            cells: metrics.flatMap(({ name }) => {
              const { asTested, reworded, low, high } = entryOf(values, name) ?? {};
              return [{ value: asTested }, { value: reworded, low, high }];
            }),
          })),
          examples: [
            {
              title: 'Rows answered rightly as they are, but not in other words',
              items: examples.map(({ text, expected, answer }) => ({
                lines: [{ said: text, answer }],
                note: `expected: ${expected}`,
              })),
            },
          ],
        },
      ],
    };
  },
  checks: {
    other_words: {
      title: 'holds in other words',
      question: 'whether it holds in other words',
      isAsked: (found, { comparison, margin }) => (comparison || margin !== null) && inOtherWords(found).tone === 'bad',
      find: (found) => {
        const { tone, sentence } = inOtherWords(found);
        const fix =
          'add rows in more varied words or tune another base; --other-words false if people write as in the rows';
        return { isPassed: tone === 'good', message: sentence, fix };
      },
    },
  },
});

/** The finding on the user's own rows, if there are some. */
function inOtherWords({ own, ...ruled }: Wording): WordingFinding {
  return wordingFinding(own ?? ruled);
}
