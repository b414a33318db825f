import { z } from 'zod';

export const verdictSchema = z.enum(['better', 'no-evidence', 'worse']);
export type Verdict = z.infer<typeof verdictSchema>;

export const comparedMetricSchema = z.strictObject({
  name: z.string(),
  /** For people: "chrF". */
  title: z.string(),
  better: z.enum(['higher', 'lower']),
  /** A perfect value, where there is one. */
  best: z.number().optional(),
  /** Input: text, label, likelihood. */
  reads: z.string(),
  /** Its 1 or 0 of a row says whether the answer has the form asked for. */
  checksForm: z.boolean().optional(),
  /** Its table is what it tells; its value stands elsewhere already. */
  isTable: z.boolean().optional(),
  /** A property: `better` is meaningless, and there are no differences. */
  isProperty: z.boolean().optional(),
});
export type ComparedMetric = z.infer<typeof comparedMetricSchema>;

/** A `variant` is another system's answers under another reading: shown together, and never a rival. */
const systemKindSchema = z.enum(['tuned', 'base', 'prompted', 'few_shot', 'cheap', 'endpoint', 'other', 'variant']);
export type SystemKind = z.infer<typeof systemKindSchema>;

const comparedValueSchema = z.strictObject({
  value: z.number(),
  /** Absent where one row or group is all the evidence. */
  low: z.number().optional(),
  high: z.number().optional(),
  /** The metric's own parts: a confusion table, counts, bins. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ComparedValue = z.infer<typeof comparedValueSchema>;

/** Cost of a row, as far as known. */
const systemUsageSchema = z.strictObject({
  secondsPerRow: z.number().optional(),
  /** Tokens of all rows. */
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  /** In the currency of the prices that were given. */
  costPer1000: z.number().optional(),
});
export type SystemUsage = z.infer<typeof systemUsageSchema>;

const comparedSystemSchema = z.strictObject({
  name: z.string(),
  /** For people: "nearest training row". */
  title: z.string(),
  kind: systemKindSchema,
  /** By metric; one that the system has no value of is absent. */
  values: z.record(z.string(), comparedValueSchema),
  usage: systemUsageSchema.optional(),
  /** Answers cut off by the token limit; absent if unknown. */
  cutAnswers: z.number().optional(),
  /** Costs next to nothing to run: it was fitted in seconds, also where it is what was trained. */
  isCheap: z.boolean().optional(),
  /** Was tuned from an encoder that knows more words than the rows have. */
  knowsWords: z.boolean().optional(),
  /** Rows that it answers right, where answers are right or wrong. */
  right: z.number().optional(),
  /** By class: rows of it that it finds, and rows that it gives it to. */
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
  /** Particulars: the instruction it was given, how many rows it was shown. */
  note: z.string().optional(),
});
export type ComparedSystem = z.infer<typeof comparedSystemSchema>;

/** Subject against one other system on one metric. */
const differenceSchema = z.strictObject({
  metric: z.string(),
  against: z.string(),
  /** In the metric's own unit; positive where the subject is better, whichever direction the metric has. */
  estimate: z.number(),
  /** Absent where one row or group is all the evidence. */
  low: z.number().optional(),
  high: z.number().optional(),
  p: z.number(),
  /** By Holm: over the rivals for a rival, over all other systems for the rest. */
  pAdjusted: z.number(),
  /** Test that gives p: "permutation", "mcnemar". */
  test: z.string(),
  /** The smallest difference that this many rows would show in four of five tries. */
  minimalDetectable: z.number(),
  verdict: verdictSchema,
});
export type Difference = z.infer<typeof differenceSchema>;

/** Conclusion of a comparison for decision makers. */
const conclusionSchema = z.strictObject({
  /** `not-better`: a rival is better, probably is, or does as well for less. `unclear`: the rows do not tell. */
  outcome: z.enum(['better', 'not-better', 'unclear']),
  /** Advice with reasons, in sentences: "Use trees: they find 4 of 4 fraud rows, the tuned model 3." */
  advice: z.string(),
  /** Name of the system to use; absent where the rows do not tell. */
  use: z.string().optional(),
  /** Where the rows do not tell: about how many would. */
  rowsNeeded: z.number().optional(),
});
export type Conclusion = z.infer<typeof conclusionSchema>;

/** Rows that the subject answers worse or better than its strongest rival by the deciding metric; the largest first. */
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
  /** Rows of it to train on, and to compare on. */
  train: z.number(),
  test: z.number(),
  /** Rows that the subject gives it to. */
  given: z.number(),
});
export type ClassRows = z.infer<typeof classRowsSchema>;

/** Comparison of one system with others on the same held-out rows. The run folder's comparison.json. */
export const comparisonSchema = z.strictObject({
  version: z.literal(2),
  /** Which rows: "test", or the file that they came from. */
  split: z.string(),
  rows: z.number(),
  /** How many the split has, where the rows are a sample of it. */
  available: z.number().optional(),
  /** Rows that were left out because a system could not answer them at all. */
  leftOut: z
    .strictObject({
      rows: z.number(),
      reason: z.string(),
    })
    .optional(),
  /** Clusters of rows that were resampled whole, where rows are grouped. */
  groups: z.number().optional(),
  /** Confidence of every interval, such as 0.95. */
  confidence: z.number(),
  seed: z.number(),
  /** Name of the metric that decides. */
  metric: z.string(),
  /** The deciding one first. */
  metrics: z.array(comparedMetricSchema).readonly(),
  /** Name of the system that is judged. */
  subject: z.string(),
  /** The subject first. */
  systems: z.array(comparedSystemSchema).readonly(),
  /** Names of the systems that the verdict is about: what one has without the subject. */
  rivals: z.array(z.string()).readonly(),
  /** Where the cheap rival was chosen among the cheap systems. */
  cheapChosenOn: z.enum(['validation', 'test']).optional(),
  /** Every metric by every other system that has a value of it. */
  differences: z.array(differenceSchema).readonly(),
  /** Better than every rival; worse than any; otherwise there is no evidence. */
  verdict: verdictSchema,
  /** The verdict with its figures, for people. */
  sentence: z.string(),
  /** Conclusion. Absent in files of earlier versions. */
  conclusion: conclusionSchema.optional(),
  /** Where the deciding metric is of one class: the class to find. */
  positive: z.string().optional(),
  /** The column that classes were read from: what a class "1" is called. */
  labelColumn: z.string().optional(),
  flips: flipsSchema,
  skipped: z.array(skippedSystemSchema).readonly(),
  /** Rows per class, for rows with classes. */
  classes: z.array(classRowsSchema).readonly().optional(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

const sampleAnswerSchema = z.strictObject({
  text: z.string(),
  /** Set where it was cut, having come to its longest. */
  cut: z.literal(true).optional(),
  /** Whether the answer has the form that was asked for, where a form was. */
  valid: z.boolean().optional(),
  /** By metric. */
  scores: z.record(z.string(), z.number()),
});
export type SampleAnswer = z.infer<typeof sampleAnswerSchema>;

const sampleRowSchema = z.strictObject({
  /** Id of the example. */
  id: z.string(),
  prompt: z.string(),
  /** Where the row is a file: its folder and name. */
  file: z.string().optional(),
  /** Where it is an image: a small version of it, as a `data:` address. */
  picture: z.string().optional(),
  expected: z.string().optional(),
  /** The class, where rows have one. */
  label: z.string().optional(),
  /** By system. */
  answers: z.record(z.string(), sampleAnswerSchema),
  /** Change from the strongest rival to the subject. */
  change: z.enum(['worse', 'better', 'same']),
});
export type SampleRow = z.infer<typeof sampleRowSchema>;

/** Answers to the same held-out rows, side by side; those that are worse first. The run folder's samples.json. */
const samplesSchema = z.strictObject({
  version: z.literal(2),
  /** In the order to show them. */
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
