/** Temperatures for typed questions, and thresholds from costs. Temperatures never change the most likely option. */
import { z } from 'zod';
import { greatest } from '../base/many.ts';
import {
  optionBucket,
  type AnsweredQuestion,
  type DecisionQuestion,
  type DecisionType,
} from '../data/kinds/decision.ts';
import { decidedAtError, likeliest } from './decisions.ts';
import { softmax } from './softmax.ts';

const types = ['noul', 'choice', 'score'] as const satisfies DecisionType[];
const buckets = ['2', '3_5', '6_10', '11'] as const;
const temperature = z.number().min(0.5).max(5);

const temperaturesSchema = z.partialRecord(
  z.enum(types),
  z.strictObject({
    all: temperature,
    /** By number of options, if there are enough rows. */
    buckets: z.partialRecord(z.enum(buckets), temperature),
  }),
);

/** Probability thresholds above which a question is decided without human review. */
const actingSchema = z.union([
  /** For a noul: true from `high` on, false up to `low`, and review in between. */
  z.strictObject({ low: z.number(), high: z.number() }),
  /** For others: the most likely option, if its probability is at least this. */
  z.strictObject({ least: z.number() }),
]);

export type Temperatures = z.infer<typeof temperaturesSchema>;
export type Acted = z.infer<typeof actedSchema>;
export type Acting = z.infer<typeof actingSchema>;

const figureSchema = z.strictObject({ estimate: z.number(), low: z.number(), high: z.number() });

/** Results of a question's thresholds on rows that were not used to set them. */
const actedSchema = z.strictObject({
  acting: actingSchema,
  questions: z.number().int(),
  /** Share that is decided without review. */
  decided: figureSchema,
  /** Share of wrong ones among the decided; absent if none is decided. */
  wrong: figureSchema.optional(),
  /** Mean cost per question, in the unit of the costs. */
  cost: figureSchema.optional(),
});

/** `calibration.json` next to a model's weights. */
export const calibrationSchema = z.strictObject({
  version: z.literal(1),
  file: z.string(),
  sha256: z.string(),
  /** Number of rows that temperatures and thresholds were fitted on, and of others that they were measured on. */
  rows: z.strictObject({ fitted: z.number().int(), measured: z.number().int() }),
  temperatures: temperaturesSchema,
  /** Metrics before and after calibration, on the measured rows. */
  metrics: z.record(z.string(), z.strictObject({ before: figureSchema, after: figureSchema })),
  /** By the question's id. */
  acting: z.record(z.string(), actedSchema),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** The temperature for a question; 1 if its type was not calibrated. */
export function temperatureOf(temperatures: Temperatures | undefined, { type, options }: DecisionQuestion): number {
  const own = temperatures?.[type];
  return own?.buckets[optionBucket(options.length)] ?? own?.all ?? 1;
}

/** Whether a question is decided without review; always true without thresholds. */
export function acts(acting: Acting | undefined, probabilities: readonly number[]): boolean {
  if (acting === undefined) return true;
  if ('least' in acting) return greatest(probabilities) >= acting.least;
  return probabilities[1] >= acting.high || probabilities[1] <= acting.low;
}

/** A question with its target and a model's probabilities. */
export interface JudgedQuestion {
  question: AnsweredQuestion & { target: readonly number[] };
  probabilities: readonly number[];
}

/** Minimum number of questions for a separate temperature; with fewer, that of the type applies. */
const LEAST_QUESTIONS = 10;

/** Temperatures that maximise the likelihood of the targets, relative to those already applied to the probabilities. */
export function fitTemperatures(judged: readonly JudgedQuestion[]): Temperatures {
  const fitted = types.flatMap((type) => {
    const own = judged.filter(({ question }) => question.type === type && question.options.length > 1);
    if (own.length === 0) return [];
    const byBucket = buckets.flatMap((bucket) => {
      const some = own.filter(({ question }) => optionBucket(question.options.length) === bucket);
      return some.length < LEAST_QUESTIONS ? [] : [[bucket, fitTemperature(some)] as const];
    });
    return [[type, { all: fitTemperature(own), buckets: Object.fromEntries(byBucket) }] as const];
  });
  return Object.fromEntries(fitted);
}

const [LOWEST, HIGHEST] = [Math.log(0.5), Math.log(5)];
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Golden-section search over log T: the cross-entropy of a scaled softmax has a single minimum. */
export function fitTemperature(judged: readonly JudgedQuestion[]): number {
  const logits = judged.map(({ probabilities }) => logitsOf(probabilities));
  const loss = (logT: number): number => {
    const T = Math.exp(logT);
    return judged.reduce((sum, { question: { target } }, i) => {
      const scaled = softmax(logits[i], T);
      return sum - target.reduce((all, t, k) => all + (t === 0 ? 0 : t * Math.log(Math.max(scaled[k], 1e-300))), 0);
    }, 0);
  };
  let [low, high] = [LOWEST, HIGHEST];
  while (high - low > 1e-4) {
    const [first, second] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
    if (loss(first) <= loss(second)) high = second;
    else low = first;
  }
  return Math.exp((low + high) / 2);
}

/** Probabilities at another temperature. */
export function rescaled(probabilities: readonly number[], relative: number): number[] {
  return softmax(logitsOf(probabilities), relative);
}

function logitsOf(probabilities: readonly number[]): number[] {
  return probabilities.map((p) => Math.log(Math.max(p, 1e-30)));
}

/** Costs of a question, in any unit. */
export const costsSchema = z.union([
  z.strictObject({
    /** A true case classified as false. */
    missed: z.number().positive(),
    /** A false case classified as true. */
    false_alarm: z.number().positive(),
    /** A human review; without it, nothing is reviewed. */
    review: z.number().positive().optional(),
  }),
  z.strictObject({
    /** A wrong option. */
    wrong: z.number().positive(),
    review: z.number().positive(),
  }),
]);
export type Costs = z.infer<typeof costsSchema>;

/** The thresholds at which calibrated probabilities cost least. */
export function actingOf(costs: Costs): Acting {
  if ('wrong' in costs) return { least: Math.max(0, 1 - costs.review / costs.wrong) };
  const { missed, false_alarm: alarm, review } = costs;
  const even = alarm / (alarm + missed);
  if (review === undefined) return { low: even, high: even };
  const [low, high] = [review / missed, 1 - review / alarm];
  // If a review costs more than either error at the break-even point, it never pays.
  return low < high ? { low, high } : { low: even, high: even };
}

/** Expected cost of answering a question by its thresholds, weighted by the target; a review is always right. */
export function costOf(costs: Costs, acting: Acting, { question, probabilities }: JudgedQuestion): number {
  const { target } = question;
  if (!acts(acting, probabilities)) return costs.review ?? 0;
  if ('wrong' in costs) return costs.wrong * (1 - target[likeliest(probabilities)]);
  const saysTrue = 'high' in acting && probabilities[1] >= acting.high;
  return saysTrue ? costs.false_alarm * target[0] : costs.missed * target[1];
}

/** Minimum confidence at which at most a given share of decisions is wrong; undefined if none is high enough. */
export function confidenceAtError(judged: readonly JudgedQuestion[], error: number): number | undefined {
  const sorted = judged
    .map(({ question, probabilities }) => {
      const chosen = likeliest(probabilities);
      return { confidence: probabilities[chosen], wrong: 1 - question.target[chosen] };
    })
    .toSorted((a, b) => b.confidence - a.confidence);
  return decidedAtError(sorted, error).least;
}
