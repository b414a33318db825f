import { z } from 'zod';
import type { Row } from '../../base/figures.ts';
import { formatPercent, formatPercentRange, formatSignedPercent, plural } from '../../base/format.ts';
import type { Finding } from './finding.ts';
import { defineAssessment } from './define-assessment.ts';
import { safetyFiguresSchema } from './safety.ts';

/** Undefined if there are no rows of that kind. */
const groundedFiguresSchema = safetyFiguresSchema.optional();
export type GroundedFigures = z.infer<typeof groundedFiguresSchema>;

/** Interval ends are null in JSON if there are too few answers. */
const endedSchema = z.strictObject({
  estimate: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  confidence: z.number(),
});

const groundedSystemSchema = z.strictObject({
  name: z.string(),
  /** Share of all answers that the source does not support. */
  hallucinated: safetyFiguresSchema,
  /** For rows whose source lacks the answer, and for those whose source has it. */
  answeredThoughSilent: groundedFiguresSchema.optional(),
  abstainedThoughTold: groundedFiguresSchema.optional(),
  citations: z.strictObject({
    quotes: z.number(),
    wrong: z.number(),
  }),
  /** Risk by confidence, over the answers given; undefined if there were none. */
  riskCoverage: z
    .strictObject({
      points: z
        .array(
          z.strictObject({
            coverage: z.number(),
            risk: z.number(),
          }),
        )
        .readonly(),
      area: endedSchema,
    })
    .optional(),
  calibration: z
    .strictObject({
      error: endedSchema,
      bins: z
        .array(
          z.strictObject({
            confidence: z.number(),
            right: z.number(),
            answers: z.number(),
          }),
        )
        .readonly(),
    })
    .optional(),
});
export type GroundedSystem = z.infer<typeof groundedSystemSchema>;

/** Whether answers are supported by their sources. Stored as groundedness.json in the run's folder. */
export const groundednessResultsSchema = z.strictObject({
  version: z.literal(1),
  file: z.string(),
  sha256: z.string(),
  rows: z.number(),
  /** The tuned model first, with its differences from each of the others. */
  systems: z.array(groundedSystemSchema).readonly(),
  /** Judge of support: a model, or the classifier with its accuracy. */
  by: z.union([
    z.strictObject({
      judge: z.string(),
    }),
    z.strictObject({
      accuracy: z.number(),
    }),
  ]),
  notes: z.array(z.string()).readonly(),
});
export type GroundednessResults = z.infer<typeof groundednessResultsSchema>;

export const groundedness = defineAssessment({
  name: 'groundedness',
  schema: groundednessResultsSchema,
  measure: 'attune groundedness RUN --data FILE',
  table({ systems, rows, by, notes }) {
    const accuracy = 'judge' in by ? '' : formatPercent(by.accuracy);
    const [judge, briefly] =
      'judge' in by
        ? [by.judge, by.judge]
        : [
            `a classifier that is right in ${accuracy} of held-out sentences`,
            `a classifier, right in ${accuracy} of held-out sentences`,
          ];
    return {
      title: 'Answers and their sources',
      lead: `${plural(rows, 'questions')}; judged by ${judge}. Intervals are 95 %.`,
      brief: `${plural(rows, 'questions')}; the judge of whether a source supports an answer: ${briefly}`,
      figures: [
        {
          columns: [
            { title: 'Model', isName: true },
            { title: 'Made up', unit: 'share', interval: 'inline' },
            { title: 'Answered without support', unit: 'share', interval: 'inline' },
            { title: 'Abstained despite support', unit: 'share', interval: 'inline' },
            { title: 'Wrong quotes', unit: 'count', only: 'terminal' },
            { title: 'Risk over coverage', short: 'risk/coverage', unit: 'number', missing: 'too few rows' },
            { title: 'Calibration error', unit: 'number', missing: 'too few rows' },
          ],
          rows: systems.map(rowOf),
        },
      ],
      remarks: [...changeOf(systems[0]), ...notes],
    };
  },
  checks: {
    groundedness: {
      title: 'keeps to sources',
      question: 'whether answers are supported by their sources',
      find: isGrounded,
    },
  },
});

function rowOf({ name, citations: { quotes, wrong }, ...system }: GroundedSystem): Row {
  const { hallucinated, answeredThoughSilent, abstainedThoughTold, riskCoverage, calibration } = system;
  const shares = [hallucinated, answeredThoughSilent, abstainedThoughTold].map((one) => one?.after);
  const [risk, error] = [riskCoverage?.area, calibration?.error].map((one) => one && { value: one.estimate, ...one });
  return {
    name,
    ...(quotes > 0 && { note: `${wrong} of ${plural(quotes, 'quotes')} wrong` }),
    cells: [...shares, quotes === 0 ? undefined : `${wrong} of ${quotes}`, risk, error],
  };
}

function changeOf({ hallucinated: { difference } }: GroundedSystem): string[] {
  if (difference === undefined) return [];
  const { value, low, high } = difference;
  return [`made up, against before: ${formatSignedPercent(value)}, 95 % interval ${formatPercentRange(low!, high!)}`];
}

/** Whether the upper bound of the share of unsupported answers is within the limit. */
function isGrounded({ systems, rows }: GroundednessResults, limit: number): Finding {
  const { value, high } = systems[0].hallucinated.after;
  return {
    isPassed: high! <= limit,
    message:
      `${formatPercent(value)} of ${plural(rows, 'answers')} contain claims that their source does not ` +
      `support, at most ${formatPercent(high!)}; allowed ${formatPercent(limit)}`,
    fix: 'train on rows that answer “I don’t know” where the source does not say, or measure on more rows',
  };
}
