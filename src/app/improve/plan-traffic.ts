/** `from.traffic` of a plan: which served answers to review, and who reviews them. */
import { z } from 'zod';
import type { SignalName } from '../../monitoring/signals/index.ts';
import { trafficSignals, type TrafficCondition } from '../../monitoring/quarantine/traffic.ts';

export const share = z.number().min(0).max(1);
const PERCENTAGE = 'a share, such as 10% or 0.1';
/** A share, as 0.1 or 10%. */
export const percentage = z.union(
  [
    z.number().refine((value) => value >= 0 && value <= 1, `must be ${PERCENTAGE}`),
    z
      .string()
      .regex(/^\d+(\.\d+)?\s*%$/)
      .transform((text) => Number.parseFloat(text) / 100),
  ],
  PERCENTAGE,
);

const condition = `(?:down|low_confidence|confidence\\s*<\\s*(?:0?\\.\\d+|1)|${trafficSignals.join('|')})`;
const USUALLY_UNSURE = 0.5;

/** Conditions for reviewing a served answer: "down or refusal or low_confidence". */
const trafficWhen = z
  .string()
  .regex(
    new RegExp(`^\\s*(?:any|${condition}(?:\\s+or\\s+${condition})*)\\s*$`),
    'must be any, or a condition such as "down or refusal or confidence < 0.6"; known: down, low_confidence, ' +
      `${trafficSignals.join(', ')}`,
  )
  .transform((text) =>
    text.trim() === 'any'
      ? []
      : text
          .trim()
          .split(/\s+or\s+/)
          .map(trafficCondition),
  );

function trafficCondition(text: string): TrafficCondition {
  if (text === 'down') return { thumb: 'down' };
  if (text === 'low_confidence') return { confidenceBelow: USUALLY_UNSURE };
  const below = /<\s*(\S+)$/.exec(text)?.[1];
  return below === undefined ? { signal: text as SignalName } : { confidenceBelow: Number(below) };
}

/** A model behind an OpenAI-compatible endpoint that rates served answers in place of people. */
const trafficJudge = z.strictObject({
  endpoint: z.string().min(1),
  model: z.string().min(1),
  criterion: z.string().min(1).default('The answer is correct, complete, and responds to the request.'),
  /** Scale of 1 to 5. */
  least: z.number().int().min(1).max(5).default(4),
});

export const trafficSchema = z.strictObject({
  sample: percentage.default(1),
  when: trafficWhen.prefault('down or refusal or low_confidence'),
  most: z.number().int().min(1).default(100),
  judge: trafficJudge.optional(),
});

export type TrafficJudge = z.output<typeof trafficJudge>;
