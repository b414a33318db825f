import { z } from 'zod';
import { askingWayNames } from './asking-ways.ts';

export const verdictSchema = z.enum(['better', 'no-evidence', 'worse']);
export type Verdict = z.infer<typeof verdictSchema>;

export const comparedMetricSchema = z.strictObject({
  name: z.string(),
  /** Display title: "chrF". */
  title: z.string(),
  better: z.enum(['higher', 'lower']),
  /** Perfect value, if there is one. */
  best: z.number().optional(),
  /** Input: text, label, likelihood. */
  reads: z.string(),
  /** Whether its value for a row, 1 or 0, states if the answer has the requested form. */
  checksForm: z.boolean().optional(),
  /** Whether the table is the metric's result; its value is shown elsewhere already. */
  isTable: z.boolean().optional(),
  /** Whether it is a property: `better` is meaningless, and there are no differences. */
  isProperty: z.boolean().optional(),
});
export type ComparedMetric = z.infer<typeof comparedMetricSchema>;

/** A `variant` is another system's answers under another interpretation: shown next to it, never a rival. */
const systemKindSchema = z.enum(['tuned', 'base', ...askingWayNames, 'cheap', 'endpoint', 'other', 'variant']);
export type SystemKind = z.infer<typeof systemKindSchema>;

const comparedValueSchema = z.strictObject({
  value: z.number(),
  /** Absent if the evidence is a single row or group. */
  low: z.number().optional(),
  high: z.number().optional(),
  /** The metric's details: a confusion table, counts, bins. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ComparedValue = z.infer<typeof comparedValueSchema>;

/** Cost per row, as far as known. */
const systemUsageSchema = z.strictObject({
  secondsPerRow: z.number().optional(),
  /** Tokens of all rows. */
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  /** In the currency of the given prices. */
  costPer1000: z.number().optional(),
});
export type SystemUsage = z.infer<typeof systemUsageSchema>;

const comparedSystemSchema = z.strictObject({
  name: z.string(),
  /** Display title: "nearest training row". */
  title: z.string(),
  kind: systemKindSchema,
  /** Values by metric; metrics that the system has no value for are absent. */
  values: z.record(z.string(), comparedValueSchema),
  usage: systemUsageSchema.optional(),
  /** Answers cut off by the token limit; absent if unknown. */
  cutAnswers: z.number().optional(),
  /**
   * Whether it costs next to nothing to run. True for systems fitted in seconds, even if one is the training's
   * result.
   */
  isCheap: z.boolean().optional(),
  /** Whether it was tuned from an encoder that knows more words than the rows contain. */
  knowsWords: z.boolean().optional(),
  /** Number of rows that it answers correctly, for answers that are right or wrong. */
  right: z.number().optional(),
  /** By class: the rows of the class that it finds, and the rows to which it assigns the class. */
  byClass: z
    .record(
      z.string(),
      z.strictObject({
        found: z.number(),
        given: z.number(),
      }),
    )
    .readonly()
    .optional(),
  /** Cost of its wrong answers on these rows, by `objective.costs`. */
  cost: z.number().optional(),
  /** Reason why it is not a rival: it cannot do the task as it is. */
  unable: z.string().optional(),
  /** Details: its instruction, how many example rows it was shown. */
  note: z.string().optional(),
});
export type ComparedSystem = z.infer<typeof comparedSystemSchema>;

/** Difference between the subject and one other system on one metric. */
const differenceSchema = z.strictObject({
  metric: z.string(),
  against: z.string(),
  /** In the metric's own unit; positive if the subject is better, whichever direction the metric has. */
  estimate: z.number(),
  /** Absent if the evidence is a single row or group. */
  low: z.number().optional(),
  high: z.number().optional(),
  p: z.number(),
  /** Adjusted by Holm's method: over the rivals for a rival, over all other systems for the others. */
  pAdjusted: z.number(),
  /** Test that gives p: "permutation", "mcnemar". */
  test: z.string(),
  /** Smallest difference that this number of rows would detect with 80 % power. */
  minimalDetectable: z.number(),
  verdict: verdictSchema,
});
export type Difference = z.infer<typeof differenceSchema>;

/** Conclusion of a comparison for decision makers. */
const conclusionSchema = z.strictObject({
  /**
   * `not-better`: a rival is better, probably better, or equally good at a lower cost. `unclear`: the rows cannot
   * tell them apart.
   */
  outcome: z.enum(['better', 'not-better', 'unclear']),
  /** Advice with reasons, in sentences: "Use trees: they find 4 of 4 fraud rows, the tuned model 3." */
  advice: z.string(),
  /** Name of the system to use; absent if the rows cannot tell them apart. */
  use: z.string().optional(),
  /** Approximate number of rows that would tell them apart, if these cannot. */
  rowsNeeded: z.number().optional(),
});
export type Conclusion = z.infer<typeof conclusionSchema>;

/**
 * Rows that the subject answers worse or better than its strongest rival by the deciding metric, largest change
 * first.
 */
const flipsSchema = z.strictObject({
  against: z.string(),
  worse: z.array(z.string()).readonly(),
  better: z.array(z.string()).readonly(),
});
export type Flips = z.infer<typeof flipsSchema>;

export const skippedSystemSchema = z.strictObject({
  name: z.string(),
  reason: z.string(),
});
export type SkippedSystem = z.infer<typeof skippedSystemSchema>;

const classRowsSchema = z.strictObject({
  label: z.string(),
  /** Rows of the class to train on, and to compare on. */
  train: z.number(),
  test: z.number(),
  /** Rows to which the subject assigns the class. */
  given: z.number(),
});
export type ClassRows = z.infer<typeof classRowsSchema>;

/** Comparison of one system with others on the same held-out rows. The run folder's comparison.json. */
export const comparisonSchema = z.strictObject({
  version: z.literal(2),
  /** Source of the rows: "test", or their file. */
  split: z.string(),
  rows: z.number(),
  /** Number of rows in the split, if the rows are a sample of it. */
  available: z.number().optional(),
  /** Number of rows left out because a system could not answer them at all. */
  leftOut: z
    .strictObject({
      rows: z.number(),
      reason: z.string(),
    })
    .optional(),
  /** Number of clusters of rows that were resampled whole, if rows are grouped. */
  groups: z.number().optional(),
  /** Confidence of every interval, such as 0.95. */
  confidence: z.number(),
  seed: z.number(),
  /** Name of the metric that decides. */
  metric: z.string(),
  /** The deciding one first. */
  metrics: z.array(comparedMetricSchema).readonly(),
  /** Name of the system under evaluation. */
  subject: z.string(),
  /** The subject first. */
  systems: z.array(comparedSystemSchema).readonly(),
  /** Names of the systems that the verdict is about: the alternatives to the subject. */
  rivals: z.array(z.string()).readonly(),
  /** Rows on which the cheap rival was chosen among the cheap systems. */
  cheapChosenOn: z.enum(['validation', 'test']).optional(),
  /** Every metric for every other system that has a value of it. */
  differences: z.array(differenceSchema).readonly(),
  /** `better`: than every rival. `worse`: than any rival. Otherwise `no-evidence`. */
  verdict: verdictSchema,
  /** The verdict with its figures, for people. */
  sentence: z.string(),
  /** Conclusion. Absent in files of earlier versions. */
  conclusion: conclusionSchema.optional(),
  /** The class to find, if the deciding metric is about one class. */
  positive: z.string().optional(),
  /** The column from which classes were read: it names a class "1". */
  labelColumn: z.string().optional(),
  flips: flipsSchema,
  skipped: z.array(skippedSystemSchema).readonly(),
  /** Rows per class, for rows with classes. */
  classes: z.array(classRowsSchema).readonly().optional(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const sampleAnswerSchema = z.strictObject({
  text: z.string(),
  /** Set if the answer was cut off at the token limit. */
  cut: z.literal(true).optional(),
  /** Whether the answer has the requested form, if there was one. */
  valid: z.boolean().optional(),
  /** By metric. */
  scores: z.record(z.string(), z.number()),
});
export type SampleAnswer = z.infer<typeof sampleAnswerSchema>;

const sampleRowSchema = z.strictObject({
  /** Id of the example. */
  id: z.string(),
  prompt: z.string(),
  /** Folder and name of the row's file, if it is one. */
  file: z.string().optional(),
  /** A small version of the image as a `data:` URL, if the row is one. */
  picture: z.string().optional(),
  expected: z.string().optional(),
  /** The row's class, if it has one. */
  label: z.string().optional(),
  /** By system. */
  answers: z.record(z.string(), sampleAnswerSchema),
  /** Change from the strongest rival to the subject. */
  change: z.enum(['worse', 'better', 'same']),
});
export type SampleRow = z.infer<typeof sampleRowSchema>;

/** Answers to the same held-out rows, side by side, with the worse ones first. The run folder's samples.json. */
const samplesSchema = z.strictObject({
  version: z.literal(2),
  /** In display order. */
  systems: z
    .array(
      z.strictObject({
        name: z.string(),
        title: z.string(),
      }),
    )
    .readonly(),
  rows: z.array(sampleRowSchema).readonly(),
});
export type Samples = z.infer<typeof samplesSchema>;
