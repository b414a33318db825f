/** Populations with a known true difference, from which pairs of scores are drawn. */
import type { MeasuredRows, Statistic } from '../../src/scoring/statistics/index.ts';
import type { Draws } from './draws.ts';

export interface Pair {
  subject: MeasuredRows;
  other: MeasuredRows;
}

export interface Population {
  /** True difference: subject minus other. */
  truth: number;
  /** Group of each row; absent if rows are independent. */
  clusters?(rows: number): number[];
  draw(draws: Draws, rows: number): Pair;
}

/** Scores of both systems on one row. */
type Row = (draws: Draws) => readonly [subject: number, other: number];

function independent(truth: number, row: Row): Population {
  return { truth, draw: (draws, rows) => scored(Array.from({ length: rows }, () => row(draws))) };
}

const scored = (rows: readonly (readonly [number, number])[]): Pair => ({
  subject: { better: 'higher', rows: Float64Array.from(rows, ([subject]) => subject) },
  other: { better: 'higher', rows: Float64Array.from(rows, ([, other]) => other) },
});

/**
 * Right-or-wrong answers: a share of the rows (`shared`) is easy or hard for both systems, the rest is answered
 * independently. The subject is right `gain` more often.
 */
export function rates({ rate, gain, shared }: { rate: number; gain: number; shared: number }): Population {
  return independent(gain, ({ unit }) => {
    const isShared = unit() < shared;
    const other = unit() < rate ? 1 : 0;
    const own = unit() < rate + gain / (1 - shared) ? 1 : 0;
    return [isShared ? other : own, other];
  });
}

/**
 * Two systems answer the same rows, right or wrong: the subject loses `lost` of the rows to the other and wins `lost +
 * gain` from it. Their correlation follows from that: see `correlationOf`.
 */
export interface PairedAnswers {
  rate: number;
  gain: number;
  lost: number;
}

export function pairedAnswers({ rate, gain, lost }: PairedAnswers): Population {
  return independent(gain, ({ unit }) => {
    const other = unit() < rate ? 1 : 0;
    const isOther = unit() < (other === 1 ? lost / rate : (lost + gain) / (1 - rate));
    return [isOther ? 1 - other : other, other];
  });
}

/** Correlation of both systems' right-or-wrong answers over rows. */
export function correlationOf({ rate, gain, lost }: PairedAnswers): number {
  const own = rate + gain;
  return (rate - lost - rate * own) / Math.sqrt(rate * (1 - rate) * own * (1 - own));
}

/** One model queried twice with different random numbers: each row has its own probability of a right answer. */
export const sampledTwice: Population = independent(0, ({ unit }) => {
  // Most rows are easy or hard, some in between: the density of a cosine's values.
  const chance = (1 + Math.cos(Math.PI * unit())) / 2;
  return [unit() < chance ? 1 : 0, unit() < chance ? 1 : 0];
});

const GROUP = 4;

/** Edits per symbol, with rows of very different length: the statistic is a ratio of sums. */
const errorRates: Population = {
  truth: 0.05,
  draw({ unit, exponential }, rows) {
    const lengths = Array.from({ length: rows }, () => 5 + Math.floor(30 * exponential()));
    const edits = (rate: number, length: number) => {
      let count = 0;
      for (let symbol = 0; symbol < length; symbol++) if (unit() < rate) count++;
      return count;
    };
    const ofRate = (rate: number) => {
      const counts = lengths.map((length) => edits(rate * 2 * unit(), length));
      const statistic: Statistic = (indices) => {
        let [errors, symbols] = [0, 0];
        for (let i = 0; i < indices.length; i++) {
          errors += counts[indices[i]];
          symbols += lengths[indices[i]];
        }
        return errors / symbols;
      };
      return { rows: Float64Array.from(counts, (count, row) => count / lengths[row]), statistic };
    };
    return { subject: { better: 'lower', ...ofRate(0.15) }, other: { better: 'lower', ...ofRate(0.2) } };
  },
};

export const populations = {
  normal: independent(0.1, ({ normal }) => {
    const other = normal();
    return [other + 0.1 + normal(), other];
  }),
  skewed: independent(0.1, ({ normal, exponential }) => {
    const other = normal();
    return [other + exponential() - 0.9, other];
  }),
  binary: rates({ rate: 0.6, gain: 0.05, shared: 0.5 }),
  clustered: {
    truth: 0.1,
    clusters: (rows) => Array.from({ length: rows }, (_, row) => Math.floor(row / GROUP)),
    draw({ normal }, rows) {
      let ofGroup = 0;
      const row = (place: number) => {
        if (place % GROUP === 0) ofGroup = normal();
        const other = normal();
        return [other + 0.1 + ofGroup + normal(), other] as const;
      };
      return scored(Array.from({ length: rows }, (_, place) => row(place)));
    },
  },
  ratio: errorRates,
} satisfies Record<string, Population>;

export type PopulationName = keyof typeof populations;
