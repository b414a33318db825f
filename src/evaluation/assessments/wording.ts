import { z } from 'zod';
import type { Column } from '../../base/figures.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { comparedMetricSchema, verdictSchema } from '../../store/results.ts';
import { defineAssessment } from './define-assessment.ts';

const wordedValueSchema = z.strictObject({
  /** Value on the original test rows. */
  asTested: z.number().optional(),
  reworded: z.number(),
  /** Interval of `reworded`; absent with a single row. */
  low: z.number().optional(),
  high: z.number().optional(),
});

const wordedSystemSchema = z.strictObject({
  name: z.string(),
  /** Title: "nearest training row". */
  title: z.string(),
  /** By metric. */
  values: z.record(z.string(), wordedValueSchema),
});
export type WordedSystem = z.infer<typeof wordedSystemSchema>;

const wordedRowSchema = z.strictObject({
  id: z.string(),
  text: z.string(),
  expected: z.string(),
  answer: z.string(),
});
export type WordedRow = z.infer<typeof wordedRowSchema>;

const measuredSchema = z.strictObject({
  version: z.literal(1),
  /** Number of reworded rows. */
  rows: z.number(),
  /** Number of test rows in their original wording. Absent in files of earlier versions. */
  testedRows: z.number().optional(),
  confidence: z.number(),
  /** The deciding metric, and `copied` if answers copy numbers, codes and names. */
  metrics: z.array(comparedMetricSchema.pick({ name: true, title: true, better: true, best: true })).readonly(),
  /** The result first. */
  systems: z.array(wordedSystemSchema).readonly(),
  /** Verdict on the result against the recommended system or, without one, the strongest rival on reworded rows. */
  against: z
    .strictObject({
      name: z.string(),
      verdict: verdictSchema,
    })
    .optional(),
  /** Rows that the result answered correctly in their original wording but not when reworded. */
  examples: z.array(wordedRowSchema).readonly(),
  /** File of the rows, if they are the user's own rather than reworded test rows. */
  file: z.string().optional(),
});

/** Robustness of a result and its cheap rivals to rewording. Stored as wording.json in the run's folder. */
export const wordingSchema = measuredSchema.extend({
  /** The same figures on the user's own rows, from the latest comparison on them. */
  own: measuredSchema.optional(),
});
export type Wording = z.infer<typeof wordingSchema>;

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
});
