import { entryOf } from '../../base/table.ts';
import { formatCount, plural } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import type { ComparedSystem, Comparison } from '../../store/results.ts';

/** Notes on a system's answers: those cut off, and those that are not numbers. */
export function answerNotes({ systems, metrics, rows }: Pick<Comparison, 'systems' | 'metrics' | 'rows'>): string[] {
  return systems.flatMap((system) => [
    ...(system.cutAnswers === undefined || system.cutAnswers === 0
      ? []
      : [`${system.title}: ${system.cutAnswers} of ${plural(rows, 'answers')} were cut off at the token limit`]),
    ...noNumbers(system, metrics),
  ]);
}

const COPIED = 'copied';

/**
 * "numbers, codes and names copied correctly: tuned in 57 of 60 answers, base in 3", if systems differ significantly.
 */
export function copyingNote({ differences, metric, rows, subject, systems }: Comparison): string | undefined {
  const clear = differences.filter((one) => one.metric === COPIED && one.verdict !== 'no-evidence');
  if (metric === COPIED || clear.length === 0) return undefined;
  const shown = systems.filter(({ name }) => name === subject || clear.some(({ against }) => against === name));
  const told = shown.map(({ title, values }, at) => {
    const count = formatCount(Math.round(rows * (entryOf(values, COPIED)?.value ?? 0)));
    return `${title} in ${count}${at === 0 ? ` of ${plural(rows, 'answers')}` : ''}`;
  });
  return `numbers, codes and names copied correctly: ${told.join(', ')}`;
}

function noNumbers({ title, values }: ComparedSystem, metrics: Comparison['metrics']): string[] {
  const counts = metrics.flatMap(({ name }) => {
    const count = entryOf(values, name)?.details?.notNumbers;
    return typeof count === 'number' ? [count] : [];
  });
  if (counts.length === 0) return [];
  const most = greatest(counts);
  const told =
    most === 1 ? '1 answer is not a number and counts' : `${plural(most, 'answers')} are not numbers and count`;
  return [`${title}: ${told} as the mean of the true ones`];
}
