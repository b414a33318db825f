import { z } from 'zod';
import type { Row } from '../../base/figures.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { verdictSchema } from '../../store/results.ts';
import type { Finding } from './finding.ts';
import { defineAssessment } from './define-assessment.ts';

const generalMetricSchema = z.enum(['bits_per_byte', 'accuracy']);
export type GeneralMetric = z.infer<typeof generalMetricSchema>;

/** One metric before and after training, on the same rows. */
const generalMeasureSchema = z.strictObject({
  metric: generalMetricSchema,
  /** Title: "bits per byte of general English". */
  title: z.string(),
  better: z.enum(['higher', 'lower']),
  rows: z.number(),
  before: z.number(),
  after: z.number(),
  /** Loss; negative for a gain. */
  loss: z.number(),
  low: z.number(),
  high: z.number(),
  p: z.number(),
  /** `worse` if the loss is significant. */
  verdict: verdictSchema,
});
export type GeneralMeasure = z.infer<typeof generalMeasureSchema>;

/** Forgetting measured on the general set. Stored as forgetting.json in the run's folder. */
export const forgettingSchema = z.strictObject({
  version: z.literal(1),
  confidence: z.number(),
  measures: z.array(generalMeasureSchema).readonly(),
});
export type Forgetting = z.infer<typeof forgettingSchema>;

export const forgetting = defineAssessment({
  name: 'forgetting',
  schema: forgettingSchema,
  measure: 'train with evaluation.general',
  table({ confidence, measures }) {
    if (measures.length === 0) return undefined;
    return {
      title: 'What it forgot',
      lead:
        'Before and after training, on texts unrelated to the task. A change below zero is a loss; intervals ' +
        `are ${formatNumber(confidence * 100)} %.`,
      figures: [
        {
          columns: [
            { title: 'Measured' },
            { title: 'Before and after', unit: 'number' },
            { title: 'Change', unit: 'change', picture: ['forgot', 'gained'], interval: 'inline', isMain: true },
            { title: 'Verdict', unit: 'verdict' },
          ],
          rows: measures.map(rowOf),
        },
      ],
    };
  },
  checks: { forgetting: { title: 'general English kept', question: 'what it forgot', find: hasKept } },
});

function rowOf({ title, better, rows, before, after, p, verdict, ...lost }: GeneralMeasure): Row {
  return {
    name: title,
    note: `${better} is better; ${plural(rows, 'rows')}`,
    cells: [
      { value: before, note: `then ${formatNumber(after, 3)}` },
      { value: 0 - lost.loss, low: 0 - lost.high, high: 0 - lost.low, verdict },
      { verdict, note: `p ${p < 0.001 ? 'below 0.001' : formatNumber(p, 2)}` },
    ],
  };
}

function hasKept({ measures }: Forgetting, limit: number): Finding | undefined {
  const measure = measures.find(({ metric }) => metric === 'bits_per_byte');
  if (measure === undefined) return undefined;
  const { title, loss, high } = measure;
  return {
    isPassed: high <= limit,
    message: `${title}: ${formatNumber(loss, 3)} lost, at most ${formatNumber(high, 3)}; allowed ${limit}`,
    fix: 'train for less time or with a lower learning rate, or mix general rows into the data',
  };
}
