/**
 * Splits rows into train, validation and test by time, keeping sets of rows whole, so that evaluation rows are newer
 * than training rows.
 */
import { splitNames, targetRows, type SplitShares } from './assign-splits.ts';

/** Marks a row outside of all splits: the rest of its set is on the other side of the border. */
export const LEFT_OUT = splitNames.length;

export interface TimedRows {
  /** Per row. */
  times: Float64Array;
  /** Number of the set that a row belongs to. */
  setOf: Uint32Array;
  /** Number of sets. */
  sets: number;
}

/**
 * Cuts off test first, then validation from the rows before it. A set with rows on both sides of a border is assigned
 * to one side, and its rows beyond the border are left out, so that splits overlap neither in time nor in sets.
 *
 * @returns index in `splitNames` for each row, or LEFT_OUT; undefined if some split would stay empty
 */
export function splitByTime(rows: TimedRows, shares: SplitShares): Uint8Array | undefined {
  const { times, setOf } = rows;
  const splitOf = new Uint8Array(times.length);
  let rest = Uint32Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b);
  for (const name of ['test', 'validation'] as const) {
    const wanted = targetRows(shares[name], times.length);
    if (wanted === 0) continue;
    const cut = cutOff(rest, wanted, rows);
    if (cut === undefined) return undefined;
    for (const [place, row] of rest.entries()) {
      const isAfter = place >= cut.from;
      const isLater = cut.laterSets[setOf[row]] === 1;
      if (isAfter || isLater) splitOf[row] = isAfter && isLater ? splitNames.indexOf(name) : LEFT_OUT;
    }
    rest = rest.filter((row) => splitOf[row] === 0);
  }
  return splitOf;
}

/** Number of candidate borders. */
const TRIED = 48;

/** The border that keeps most rows on its earlier side, with the wanted number on its later one. */
function cutOff(
  rest: Uint32Array,
  wanted: number,
  { times, setOf, sets }: TimedRows,
): { from: number; laterSets: Uint8Array } | undefined {
  const [within, after] = [new Uint32Array(sets), new Uint32Array(sets)];
  for (const row of rest) within[setOf[row]]++;
  let best: { from: number; kept: number; held: number } | undefined;
  let from = rest.length;
  for (let tried = 0; tried < TRIED; tried++) {
    const wish = Math.floor((rest.length - wanted) * (1 - tried / TRIED));
    while (from > 0 && (from > wish || times[rest[from - 1]] === times[rest[from]])) after[setOf[rest[--from]]]++;
    if (from === 0) break;
    const { kept, held } = foresee({ within, after }, wanted);
    const isBetter = best === undefined || (best.held < wanted ? held > best.held : held >= wanted && kept > best.kept);
    if (isBetter && kept > 0) best = { from, kept, held };
  }
  if (best === undefined) return undefined;
  const laterSets = chooseLater(rest.subarray(best.from), wanted, { within, setOf });
  const stays = rest.subarray(0, best.from).some((row) => laterSets[setOf[row]] === 0);
  return stays ? { from: best.from, laterSets } : undefined;
}

interface SetCounts {
  /** Per set, the rows to divide, and those on the later side. */
  within: Uint32Array;
  after: Uint32Array;
}

const LEVELS = 64;

/** Rows kept and held out by a split time. Sets are binned by their share of later rows, which is quicker than sorting them. */
function foresee({ within, after }: SetCounts, wanted: number): { kept: number; held: number } {
  const [early, late] = [new Float64Array(LEVELS + 1), new Float64Array(LEVELS + 1)];
  for (let set = 0; set < within.length; set++) {
    const level = Math.floor((LEVELS * after[set]) / within[set]) || 0;
    early[level] += within[set] - after[set];
    if (after[set] > 0) late[level] += after[set];
  }
  let [kept, held] = [early.reduce((sum, rows) => sum + rows, 0), 0];
  for (let level = LEVELS; level >= 0; level--) {
    const isWhole = level === LEVELS;
    const share = isWhole || late[level] === 0 ? 1 : Math.min(1, Math.max(0, wanted - held) / late[level]);
    if (late[level] === 0) continue;
    held += share * late[level];
    kept -= share * early[level];
  }
  return { kept, held: Math.round(held) };
}

/** Sets that are entirely later, plus as many more as needed: those with the largest later share first. */
function chooseLater(
  later: Uint32Array,
  wanted: number,
  { within, setOf }: { within: Uint32Array; setOf: Uint32Array },
): Uint8Array {
  const after = new Uint32Array(within.length);
  for (const row of later) after[setOf[row]]++;
  const shareOf = (set: number) => after[set] / within[set];
  const sets = within.keys().filter((set) => after[set] > 0);
  const order = Uint32Array.from(sets).sort((a, b) => shareOf(b) - shareOf(a) || a - b);
  const chosen = new Uint8Array(within.length);
  let held = 0;
  for (const set of order) {
    if (held >= wanted && after[set] < within[set]) break;
    chosen[set] = 1;
    held += after[set];
  }
  return chosen;
}
