import { AttuneError, type Problem } from '../base/errors.ts';
import type { Example } from './example.ts';
import { questionOf, textOf } from './compared-text.ts';
import type { Partition } from './partition.ts';
import { jaccard, normalWords, shinglesOf } from './shingles.ts';

const MAX_LISTED = 100;
/** Maximum number of rows compared to find the nearest one in a cluster. */
const MAX_COMPARED = 64;

export interface OverlapReport {
  /** Rows of validation and test that occur, exactly or nearly, in an earlier split. */
  rows: number;
  exact: number;
  listed: Problem[];
}

/** Rows of validation or test in the same cluster as train rows, or of validation and test both. */
export function findOverlaps({ clusters, splitOf, rows }: Partition): OverlapReport {
  const report: OverlapReport = { rows: 0, exact: 0, listed: [] };
  for (const cluster of clusters) {
    const first = firstSplit(cluster, splitOf);
    const [theirs, ours] = [
      cluster.filter((row) => splitOf[row] === first),
      cluster.filter((row) => splitOf[row] !== first),
    ];
    for (const row of ours) {
      report.rows++;
      const partner = theirs.find((other) => rows[other].id === rows[row].id);
      if (partner !== undefined) report.exact++;
      if (report.listed.length < MAX_LISTED)
        report.listed.push(describe(row, partner ?? nearestOf(row, theirs, rows), splitOf, rows));
    }
  }
  return report;
}

function firstSplit(cluster: readonly number[], splitOf: Partition['splitOf']): string {
  const present = new Set(cluster.map((row) => splitOf[row]));
  return present.has('train') ? 'train' : present.has('validation') ? 'validation' : 'test';
}

function nearestOf(row: number, others: readonly number[], rows: readonly Example[]): number {
  const own = shinglesOf(normalWords(textOf(rows[row])));
  const likeness = (other: number): number => jaccard(own, shinglesOf(normalWords(textOf(rows[other]))));
  const candidates = others.slice(0, MAX_COMPARED).map((other) => ({ other, value: likeness(other) }));
  return candidates.reduce((best, candidate) => (candidate.value > best.value ? candidate : best)).other;
}

function describe(row: number, other: number, splitOf: Partition['splitOf'], rows: readonly Example[]): Problem {
  const [mine, theirs] = [rows[row], rows[other]];
  const place = `${theirs.source.file}:${theirs.source.line} of ${splitOf[other]}`;
  return {
    file: mine.source.file,
    line: mine.source.line,
    message: `${splitOf[row]} row ${relation(mine, theirs)} ${place}`,
  };
}

function relation(a: Example, b: Example): string {
  if (a.id === b.id) return 'is the same as';
  const likeness = jaccard(shinglesOf(normalWords(textOf(a))), shinglesOf(normalWords(textOf(b))));
  if (likeness >= 0.8) return `is nearly the same (${Math.floor(100 * likeness)} % of its word pairs) as`;
  if (a.group !== undefined && a.group === b.group) return `is in the same group "${a.group}" as`;
  if (questionOf(a) !== undefined && questionOf(a)?.trim() === questionOf(b)?.trim()) return 'asks the same as';
  return 'is in the same chain of near-duplicates as';
}

/**
 * @throws AttuneError if evaluation rows were trained on. @param asked number of rows examined, for rows given to a
 * finished run
 */
export function refuseOverlap(report: OverlapReport, asked?: number): void {
  const { rows, exact, listed } = report;
  if (rows === 0) return;
  const isTrained = asked !== undefined;
  throw new AttuneError('E_SPLIT_OVERLAP', {
    what: isTrained
      ? 'Some of the rows to evaluate on were trained on, so the result would look too good'
      : 'Some evaluation rows are also training rows, so the result would look too good',
    got: `${rows} overlapping rows${isTrained ? ` of the ${asked} that were asked` : ''}, ${exact} of them exact copies`,
    expected: isTrained ? 'rows that the run has not seen' : 'no row, near-duplicate or group in two splits',
    problems: listed,
    problemCount: rows,
    fix: isTrained
      ? "give new rows, or no file to use the run's own test rows; --allow-overlap continues anyway"
      : 'delete them from the training files, or give a share (validation: 0.1) instead of a file; allow_overlap: ' +
        'true (--allow-overlap) continues anyway',
  });
}
