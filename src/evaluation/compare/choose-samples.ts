import { basename, dirname, join } from 'node:path';
import type { Example } from '../../data/example.ts';
import type { ComparedMetric, Flips, SampleAnswer, SampleRow, Samples } from '../../store/results.ts';
import { expectedText, haveOneClass, promptText } from '../../scoring/prompt-text.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import type { Scored } from './scored.ts';
import { isRight } from './tally.ts';

/** Maximum number of rows per kind of change in samples.json. */
const KEPT = 150;

/**
 * Answers count as equally good if their scores differ by less than this share of a perfect score, unless one of them
 * copies wrongly.
 */
const TIE = 0.1;

/**
 * Each row's change in the deciding metric from the strongest rival to the subject; positive is better. Rows with one
 * class are right or wrong, whatever the confidence. If two generated answers are of similar quality, the one with the
 * right numbers, codes and names is better.
 */
export function rowChanges(
  [subject, rival]: readonly [Scored, Scored | undefined],
  examples: readonly Example[],
  { name, best = 0 }: Pick<ComparedMetric, 'name' | 'best'>,
): Float64Array {
  const [mine, theirs] = [subject.scores.get(name), rival?.scores.get(name)];
  if (mine === undefined || rival === undefined) return new Float64Array(subject.predictions.length);
  if (haveOneClass(examples)) {
    const right = ({ predictions }: Scored, row: number) => Number(isRight(predictions[row], examples[row]));
    return Float64Array.from(examples, (_, row) => right(subject, row) - right(rival, row));
  }
  const sign = mine.better === 'higher' ? 1 : -1;
  const [copies, others] = [subject, rival].map((system) => system?.scores.get('copied')?.rows);
  return mine.rows.map((value, row) => {
    const change = sign * (value - (theirs?.rows[row] ?? value));
    const copying = (copies?.[row] ?? 0) - (others?.[row] ?? 0);
    const isTie = Math.abs(change) < TIE * best;
    return isTie && others !== undefined && copying !== 0 ? copying * TIE * best : change;
  });
}

/** Ids of the rows that got worse and better, largest change first. */
export function flipsOf(examples: readonly Example[], changes: Float64Array, against: string): Flips {
  const order = inOrder(changes);
  const ids = (rows: readonly number[]) => rows.map((row) => examples[row].id);
  return {
    against,
    worse: ids(order.filter((row) => changes[row] < 0)),
    better: ids(order.filter((row) => changes[row] > 0).toReversed()),
  };
}

export interface SampleChoice {
  changes: Float64Array;
  /** May include a metric of the answer's format. */
  metrics: readonly ComparedMetric[];
}

/** Rows that got worse, then those that did not change, then those that got better. */
export function sampleRows(
  systems: readonly Scored[],
  examples: readonly Example[],
  { changes, metrics }: SampleChoice,
): Samples {
  const validity = metrics.find(({ checksForm }) => checksForm)?.name;
  const order = inOrder(changes);
  const worse = order.filter((row) => changes[row] < 0).slice(0, KEPT);
  const same = order.filter((row) => changes[row] === 0).slice(0, KEPT);
  const better = order
    .filter((row) => changes[row] > 0)
    .toReversed()
    .slice(0, KEPT);
  const rows = [...worse, ...same, ...better].map((row): SampleRow => {
    const example = examples[row];
    return {
      ...sampledRow(example),
      label: haveOneClass([example]) ? expectedText(example) : undefined,
      answers: Object.fromEntries(systems.map((system) => [system.name, answerOf(system, row, validity)])),
      change: changes[row] < 0 ? 'worse' : changes[row] > 0 ? 'better' : 'same',
    };
  });
  return { version: 2, systems: systems.map(({ name, title }) => ({ name, title })), rows };
}

/** A row as samples show it. */
export function sampledRow(example: Example): Pick<SampleRow, 'id' | 'prompt' | 'file' | 'expected'> {
  return {
    id: example.id,
    prompt: promptText(example),
    ...('media' in example && example.media !== undefined && { file: shortName(example.media.path) }),
    expected: expectedText(example),
  };
}

/** An answer as samples show it. */
export function sampledAnswer({ text, label, finish }: Prediction): Pick<SampleAnswer, 'text' | 'cut'> {
  return { text: text ?? label ?? '', ...(finish === 'length' && { cut: true }) };
}

/** Folder and file name, since folders often are classes. */
function shortName(path: string): string {
  return join(basename(dirname(path)), basename(path));
}

function answerOf({ predictions, scores }: Scored, row: number, validity: string | undefined): SampleAnswer {
  const form = validity === undefined ? undefined : scores.get(validity)?.rows[row];
  return {
    ...sampledAnswer(predictions[row]),
    ...(form !== undefined && { valid: form > 0 }),
    scores: Object.fromEntries([...scores].map(([name, { rows }]) => [name, rows[row]])),
  };
}

/** Row indices by change, worst first; ties keep their order. */
function inOrder(changes: Float64Array): number[] {
  return [...changes.keys()].toSorted((a, b) => changes[a] - changes[b] || a - b);
}
