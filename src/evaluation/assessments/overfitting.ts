import { z } from 'zod';
import type { Figures, Row } from '../../base/figures.ts';
import { formatCount, formatNumber, formatSigned, plural } from '../../base/format.ts';
import { defineAssessment } from './define-assessment.ts';

/** Loss per answer token, in nats, on training and validation rows. */
const lossGapSchema = z.strictObject({
  training: z.number(),
  validation: z.number(),
  trainingRows: z.number(),
  validationRows: z.number(),
  /** Validation loss minus training loss. */
  gap: z.number(),
  low: z.number(),
  high: z.number(),
});
export type LossGap = z.infer<typeof lossGapSchema>;

/** Word n-grams in answers to test rows that occur in training rows, but not in the row's own prompt. */
const memorisedSchema = z.strictObject({
  /** Length n of the n-grams. */
  order: z.number(),
  rows: z.number(),
  /** Share of known n-grams in the model's answers, and in the right answers to the same rows. */
  answers: z.number(),
  expected: z.number(),
  /** `answers` minus `expected`: the excess is memorised text. */
  excess: z.number(),
  low: z.number(),
  high: z.number(),
  /** The longest memorised passages, each with the id of its row. */
  examples: z
    .array(
      z.strictObject({
        id: z.string(),
        text: z.string(),
      }),
    )
    .readonly(),
});
export type Memorised = z.infer<typeof memorisedSchema>;

/** Loss per answer token, in nats, after the original prompt and after a paraphrase. */
const paraphraseLossSchema = z.strictObject({
  rows: z.number(),
  base: z.strictObject({
    original: z.number(),
    rephrased: z.number(),
  }),
  tuned: z.strictObject({
    original: z.number(),
    rephrased: z.number(),
  }),
  /** Extra cost of paraphrases for the tuned model over its base. */
  excess: z.number(),
  low: z.number(),
  high: z.number(),
});
export type ParaphraseLoss = z.infer<typeof paraphraseLossSchema>;

/** Cost of paraphrased prompts, on training and validation rows. */
const paraphrasesSchema = z.strictObject({
  training: paraphraseLossSchema,
  /** Absent with fewer than two such rows. */
  validation: paraphraseLossSchema.optional(),
});
export type Paraphrases = z.infer<typeof paraphrasesSchema>;

/** Membership inference: how well losses, minus the base model's, separate training rows from validation rows. */
const membershipSchema = z.strictObject({
  /** Area under the curve: 0.5 is chance, 1 is certainty. */
  auc: z.number(),
  low: z.number(),
  high: z.number(),
  trainingRows: z.number(),
  otherRows: z.number(),
});
export type Membership = z.infer<typeof membershipSchema>;

/** How much the result reveals of the planted codes: exposure in bits, by each code's rank among random ones. */
const canaryExposureSchema = z.strictObject({
  /** Exposure of each canary, in order. */
  exposures: z.array(z.number()).readonly(),
  /** Exposure under the base model, which never saw them: the chance level. */
  base: z.array(z.number()).readonly(),
  /** Maximum measurable exposure. */
  most: z.number(),
});
export type CanaryExposure = z.infer<typeof canaryExposureSchema>;

/** Whether a result memorised its training rows. Stored as overfitting.json in the run's folder. */
export const overfittingSchema = z.strictObject({
  version: z.literal(1),
  confidence: z.number(),
  /** Absent without validation rows. */
  gap: lossGapSchema.optional(),
  /** Absent if no answer is long enough, or none were generated. */
  memorised: memorisedSchema.optional(),
  /** Absent if no rule could paraphrase two training rows. */
  paraphrases: paraphrasesSchema.optional(),
  /** Absent without validation rows. */
  membership: membershipSchema.optional(),
  /** Absent if the recipe planted none. */
  canaries: canaryExposureSchema.optional(),
});
export type Overfitting = z.infer<typeof overfittingSchema>;

export const overfitting = defineAssessment({
  name: 'overfitting',
  schema: overfittingSchema,
  measure: 'train with evaluation.overfitting',
  table({ confidence, gap, memorised, paraphrases, membership, canaries }) {
    const rows = [
      ...(gap === undefined ? [] : [ofGap(gap)]),
      ...(paraphrases === undefined ? [] : [ofParaphrases('training rows', paraphrases.training)]),
      ...(paraphrases?.validation === undefined ? [] : [ofParaphrases('validation rows', paraphrases.validation)]),
      ...(memorised === undefined ? [] : [ofMemorised(memorised)]),
      ...(membership === undefined ? [] : [ofMembership(membership)]),
    ];
    if (rows.length === 0 && canaries === undefined) return undefined;
    return {
      title: 'Memorisation',
      lead:
        'Values above zero indicate memorised training rows. Losses are in nats per answer token, intervals ' +
        `are ${formatNumber(confidence * 100)} %. Rule-based rewordings cost any model something: compare ` +
        'how much more they cost the tuned model than its base on the same rows.',
      figures: [
        {
          columns: [
            { title: 'Measured' },
            { title: 'Compared', unit: 'number' },
            { title: 'Memorised', unit: 'change', picture: true, interval: 'inline', isMain: true },
          ],
          rows,
          examples: [
            {
              title: 'Longest passages from training rows in its answers',
              items: (memorised?.examples ?? []).map(({ id, text }) => ({ lines: [text], note: `row ${id}` })),
            },
          ],
        },
        ...(canaries === undefined ? [] : [exposure(canaries)]),
      ],
    };
  },
});

function ofGap({ training, validation, gap, trainingRows, validationRows, ...ends }: LossGap): Row {
  return finding('loss on validation rows above that on training rows', {
    rows: `${formatCount(trainingRows)} and ${plural(validationRows, 'rows')}`,
    values: [`training ${formatNumber(training, 3)}`, `validation ${formatNumber(validation, 3)}`],
    excess: { value: gap, ...ends },
  });
}

function ofParaphrases(set: string, { rows, base, tuned, excess, ...ends }: ParaphraseLoss): Row {
  const cost = ({ original, rephrased }: ParaphraseLoss['base']) => formatSigned(rephrased - original);
  return finding(`rewordings of prompts in ${set}`, {
    rows: `${plural(rows, 'rows')} that a rule could reword`,
    values: [`base ${cost(base)}`, `tuned ${cost(tuned)}`],
    excess: { value: excess, ...ends },
  });
}

function ofMemorised({ order, rows, answers, expected, excess, low, high }: Memorised): Row {
  return finding(`runs of ${order} words that occur in training rows`, {
    rows: plural(rows, 'answers'),
    values: [`right answers ${formatNumber(expected, 3)}`, `its answers ${formatNumber(answers, 3)}`],
    excess: { value: excess, low, high },
  });
}

function ofMembership({ auc, low, high, trainingRows, otherRows }: Membership): Row {
  return finding('training rows recognisable by their loss (AUC above chance)', {
    rows: `${formatCount(trainingRows)} and ${plural(otherRows, 'rows')}`,
    values: ['chance 0.5', `AUC ${formatNumber(auc, 3)}`],
    excess: { value: auc - 0.5, low: low - 0.5, high: high - 0.5 },
  });
}

interface Found {
  rows: string;
  /** The two values that are compared. */
  values: [first: string, second: string];
  /** Above zero if rows were memorised. */
  excess: { value: number; low: number; high: number };
}

function finding(name: string, { rows: note, values: [text, second], excess }: Found): Row {
  const verdict = excess.low > 0 ? 'worse' : 'no-evidence';
  return {
    name,
    note,
    cells: [
      { text, note: second },
      { ...excess, verdict },
    ],
  };
}

/** Exposure of each planted code. */
function exposure({ exposures, base, most }: CanaryExposure): Figures {
  return {
    heading: 'Planted codes',
    lead:
      `${plural(exposures.length, 'rows')} with a random code were planted among the training rows (canaries). ` +
      `Exposure is how many of the ${formatNumber(most)} bits of a code’s rank among ${formatCount(2 ** most)} ` +
      `the model reveals: about 1.4 by chance, ${formatNumber(most)} if the code can be extracted.`,
    columns: [
      { title: 'Code' },
      { title: 'Base, bits', unit: 'number' },
      { title: 'This model, bits', unit: 'number', isMain: true },
    ],
    rows: exposures.map((value, i) => ({ name: formatCount(i + 1), cells: [{ value: base[i] }, { value }] })),
  };
}
