/**
 * Corrects the best trial's lead for the number of trials: the lowest of many losses on the same rows is partly
 * luck. Bootstrap bias correction (Tsamardinos et al. 2018) chooses a winner on resampled rows, and measures it on the
 * rows that this resample left out.
 */
import { smallest } from '../../base/many.ts';
import { randomUnits } from '../../base/random.ts';

export interface Lead {
  /** Mean loss of the recipe's own settings minus the winner's, on all rows: too optimistic. */
  seen: number;
  /** The same on rows that were not used to choose the winner. */
  corrected: number;
  low: number;
  high: number;
  confidence: number;
}

const RESAMPLES = 1000;
const CONFIDENCE = 0.95;

/** `losses`: the rows' losses by trial; trial 0 has the recipe's own settings. Undefined with fewer than two rows. */
export function correctedLead(losses: readonly (readonly number[])[], winner: number, seed: number): Lead | undefined {
  const [own] = losses;
  const rows = own.length;
  if (rows < 2 || losses.some((one) => one.length !== rows)) return undefined;
  const leads: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const counts = drawCounts(rows, [seed, 'rows', resample]);
    const means = losses.map((trial) => weightedMean(trial, counts));
    const chosen = means.indexOf(smallest(means));
    const out = counts.flatMap((count, row) => (count === 0 ? [own[row] - losses[chosen][row]] : []));
    if (out.length > 0) leads.push(mean(out));
  }
  const sorted = leads.toSorted((a, b) => a - b);
  const at = (level: number) => sorted[Math.round(level * (sorted.length - 1))];
  const tail = (1 - CONFIDENCE) / 2;
  const seen = mean(own.map((loss, row) => loss - losses[winner][row]));
  return { seen, corrected: mean(leads), low: at(tail), high: at(1 - tail), confidence: CONFIDENCE };
}

/** Number of times that each row is in a resample. */
function drawCounts(rows: number, key: readonly [number, string, number]): number[] {
  const units = randomUnits(key);
  const counts = Array<number>(rows).fill(0);
  for (let i = 0; i < rows; i++) counts[Math.floor(units(i) * rows)]++;
  return counts;
}

function weightedMean(values: readonly number[], counts: readonly number[]): number {
  return values.reduce((total, value, row) => total + counts[row] * value, 0) / values.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
