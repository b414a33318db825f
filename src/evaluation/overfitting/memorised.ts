import type { Memorised } from '../assessments/overfitting.ts';
import { ScoreStatistics, type MeasuredRows } from '../../scoring/statistics/index.ts';

/** A test row with the model's answer and the right answer. */
export interface AnsweredRow {
  id: string;
  prompt: string;
  answer: string;
  expected: string;
}

export interface MemorisedOptions {
  /** Length of the n-grams in words. Default 8, so that everyday phrases do not count. */
  order?: number;
  /** Default 0.95. */
  confidence?: number;
  seed?: number;
}

const EXAMPLES = 5;

/**
 * Share of the answers' word n-grams found verbatim in training rows, compared with that of the right answers, since
 * boilerplate occurs in both. Undefined if no answer has an n-gram that its prompt lacks.
 */
export function memorisedWords(
  rows: readonly AnsweredRow[],
  training: Iterable<string>,
  { order = 8, confidence = 0.95, seed = 0 }: MemorisedOptions = {},
): Memorised | undefined {
  const runs = rows.map((row) => {
    const asked = new Set(runsOf(row.prompt, order));
    const own = (text: string) => runsOf(text, order).filter((run) => !asked.has(run));
    return { answer: own(row.answer), expected: own(row.expected) };
  });
  const known = knownRuns(
    runs.flatMap(({ answer, expected }) => [...answer, ...expected]),
    training,
    order,
  );
  const answers = shareOf(
    runs.map(({ answer }) => answer),
    known,
  );
  const expected = shareOf(
    runs.map((row) => row.expected),
    known,
  );
  const all = Uint32Array.from(rows.keys());
  if (Number.isNaN(answers.statistic(all)) || Number.isNaN(expected.statistic(all))) return undefined;
  const { estimate, low, high } = new ScoreStatistics(rows.length, { confidence, seed }).difference(answers, expected);
  return {
    order,
    rows: rows.length,
    answers: answers.statistic(all),
    expected: expected.statistic(all),
    excess: estimate,
    low,
    high,
    examples: longestStretches(
      rows.map(({ id }, i) => ({ id, runs: runs[i].answer })),
      known,
    ),
  };
}

/** Word n-grams, lower-cased, without punctuation. */
function runsOf(text: string, order: number): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return Array.from({ length: Math.max(0, words.length - order + 1) }, (_, i) => words.slice(i, i + order).join(' '));
}

/** The n-grams that occur in training rows, which are streamed, so memory does not grow with their number. */
function knownRuns(runs: readonly string[], training: Iterable<string>, order: number): Set<string> {
  const sought = new Set(runs);
  const known = new Set<string>();
  for (const text of training) for (const run of runsOf(text, order)) if (sought.has(run)) known.add(run);
  return known;
}

/** Known n-grams divided by all n-grams, for any selection of rows. */
function shareOf(rows: readonly (readonly string[])[], known: ReadonlySet<string>): Required<MeasuredRows> {
  const counts = Float64Array.from(rows, (runs) => runs.filter((run) => known.has(run)).length);
  return {
    better: 'higher',
    rows: Float64Array.from(counts, (count, row) => (rows[row].length === 0 ? 0 : count / rows[row].length)),
    statistic(indices) {
      let [found, all] = [0, 0];
      for (let i = 0; i < indices.length; i++) {
        found += counts[indices[i]];
        all += rows[indices[i]].length;
      }
      return found / all;
    },
  };
}

interface RowRuns {
  id: string;
  runs: readonly string[];
}

/** Merges overlapping known n-grams into passages; one per row, longest first. */
function longestStretches(rows: readonly RowRuns[], known: ReadonlySet<string>): { id: string; text: string }[] {
  const stretches = rows.map(({ id, runs }) => ({ id, text: longestStretch(runs, known) }));
  return stretches
    .filter(({ text }) => text !== '')
    .sort((a, b) => b.text.length - a.text.length)
    .slice(0, EXAMPLES);
}

function longestStretch(runs: readonly string[], known: ReadonlySet<string>): string {
  let [longest, current, last] = ['', '', ''];
  for (const run of runs) {
    const follows = last !== '' && run.startsWith(last.slice(last.indexOf(' ') + 1));
    if (known.has(run)) current = current !== '' && follows ? `${current} ${run.slice(run.lastIndexOf(' ') + 1)}` : run;
    else current = '';
    last = run;
    if (current.length > longest.length) longest = current;
  }
  return longest;
}
