/** Number of rows that would separate two systems, or what else would if no number of rows helps. */
import { entryOf } from '../../base/table.ts';
import { formatCount } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import type { ComparedSystem, Comparison, Difference } from '../../store/results.ts';
import { classTitle } from '../../scoring/metrics/class-title.ts';

type Told = Omit<Comparison, 'sentence' | 'conclusion'>;

/**
 * Smaller gains than this share of a perfect score, or of the rival's value if there is no perfect score, are not worth
 * a change.
 */
const WORTH = { ofBest: 0.02, ofValue: 0.05 };
/** Discordant right-or-wrong rows needed for a significant difference if nothing else varies. */
const DISCORDANT = 8;
/** Most rows that people would label for a verdict; for a large test split a multiple of its size. */
const MOST_ROWS = { atLeast: 2000, times: 4 };

/** Too few rows, or rows of a class, to judge how easy they are. */
const FEW = 20;

/** Systems that do not read texts, for which rewording is irrelevant. */
const WORDLESS: ReadonlySet<string> = new Set(['trees', 'logistic_table', 'ridge_table', 'pixels', 'spectrum']);

export interface Remedy {
  /** Number of rows that would settle it; absent if it is unknown, or more rows like these would not. */
  rowsNeeded?: number;
  /** "About 400 test rows would tell; there are 60." */
  sentence: string;
}

/**
 * Evidence that would show whether the judged system is better than a rival.
 * @param isFlat whether the judged system did not learn in training
 */
export function whatWouldTell(comparison: Told, pair: Pair, isFlat = false): Remedy {
  if (isFlat) return { sentence: 'Training did not move it, so more test rows would not tell.' };
  const { rows, systems, labelColumn } = comparison;
  const there = `there ${rows === 1 ? 'is' : 'are'} ${formatCount(rows)}`;
  const needed = rowsThatTell(comparison, pair);
  if (needed === undefined) return { sentence: `More test rows would tell; ${there}.` };
  const isTooMany = needed > greatest([MOST_ROWS.atLeast, MOST_ROWS.times * rows]);
  const isAlike = isEasy(comparison, pair);
  if (!isTooMany && !isAlike)
    return { rowsNeeded: needed, sentence: `About ${formatCount(needed)} test rows would tell; ${there}.` };
  const rarest = rarestClass(comparison);
  if (rarest !== undefined && rarest.test < FEW && pair.difference.test === 'bootstrap')
    return {
      sentence: `More ${classTitle(rarest.label, labelColumn)} rows would tell; there ${rarest.test === 1 ? 'is' : 'are'} ${rarest.test}.`,
    };
  const readsNoTexts = pair.subject.knowsWords !== true && systems.some(({ name }) => WORDLESS.has(name));
  const others = readsNoTexts ? 'harder ones would' : "harder ones, or rows in people's own words, would";
  return isAlike
    ? { sentence: `Both are nearly perfect on these rows, so more like them would not tell: ${others}.` }
    : { sentence: `A difference this small takes more rows than anyone labels: ${others} tell.` };
}

interface Pair {
  subject: ComparedSystem;
  system: ComparedSystem;
  difference: Difference;
}

/** Whether there are enough rows and both systems answer nearly all of them correctly. */
function isEasy({ metric, metrics, rows }: Told, { subject, system }: Pair): boolean {
  const { best, better } = metrics.find(({ name }) => name === metric)!;
  if (best === undefined || best <= 0 || better !== 'higher' || rows < FEW) return false;
  return [subject, system].every(({ values }) => (entryOf(values, metric)?.value ?? 0) >= (1 - WORTH.ofBest) * best);
}

function rarestClass({ classes = [] }: Told): { label: string; test: number } | undefined {
  return classes.filter(({ test }) => test > 0).toSorted((a, b) => a.test - b.test)[0];
}

/** The smallest difference that is worth switching systems for. */
export function worthOf({ metric, metrics }: Told, rival: ComparedSystem): number {
  const { best, better } = metrics.find(({ name }) => name === metric)!;
  if (best !== undefined && best > 0 && better === 'higher') return WORTH.ofBest * best;
  return WORTH.ofValue * Math.abs(entryOf(rival.values, metric)?.value ?? 0);
}

/**
 * Rows needed to confirm the observed difference, or the smallest worthwhile one; errors shrink with the square root of
 * the number of rows.
 */
function rowsThatTell(comparison: Told, { system, difference }: Pair): number | undefined {
  const { estimate, minimalDetectable, low, high, test } = difference;
  const worth = Math.max(Math.abs(estimate), worthOf(comparison, system));
  if (!(worth > 0)) return undefined;
  const best = comparison.metrics.find(({ name }) => name === comparison.metric)?.best;
  // Per-class metrics are limited by the rarest class.
  const rarest = rarestClass(comparison)?.test ?? comparison.rows;
  const perEvidence = test === 'bootstrap' ? comparison.rows / rarest : 1;
  const alone = best !== undefined && best > 0 ? (perEvidence * DISCORDANT * best) / worth : 0;
  const isKnown = minimalDetectable > 0 && low !== undefined && high !== undefined;
  const rows = Math.max(alone, isKnown ? comparison.rows * (minimalDetectable / worth) ** 2 : 0);
  return rows > 0 ? roundedUp(Math.max(rows, comparison.rows + 1)) : undefined;
}

/** Rounds up to two significant digits. */
function roundedUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}
