import { AttuneError } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import type { Comparison, SkippedSystem } from '../../store/results.ts';
import type { Answered } from '../../answering/system.ts';

/** A system that leaves a larger share of the rows unanswered is excluded; otherwise those rows are. */
const MOST_UNREADABLE = 0.5;

export interface Readable {
  systems: readonly Answered[];
  /** Rows that all remaining systems answered. */
  examples: readonly Example[];
  leftOut: Comparison['leftOut'];
  skipped: SkippedSystem[];
}

/**
 * Keeps the rows that every system could answer, so that all are measured on the same rows.
 * @throws AttuneError E_ROWS_UNREADABLE if the judged system, the first, leaves most of them unanswered
 */
export function keepReadable(answered: readonly Answered[], examples: readonly Example[]): Readable {
  const isReading = ({ predictions }: Answered) =>
    predictions.filter(({ unreadable }) => unreadable !== undefined).length <= MOST_UNREADABLE * examples.length;
  const systems = answered.filter(isReading);
  if (systems[0] !== answered[0]) throw unreadable(answered[0], examples);
  const reasonOf = ({ predictions }: Answered) => predictions.find((row) => row.unreadable !== undefined)?.unreadable;
  const skipped = answered
    .filter((system) => !systems.includes(system))
    .map((system) => ({ name: system.name, reason: `most rows are ${reasonOf(system)}` }));
  const isKept = examples.map((_, row) =>
    systems.every(({ predictions }) => predictions[row].unreadable === undefined),
  );
  const rows = isKept.filter((kept) => !kept).length;
  if (rows === 0) return { systems, examples, leftOut: undefined, skipped };
  const reason = systems.map(reasonOf).find((one) => one !== undefined) ?? '';
  return {
    systems: systems.map((system) => ({ ...system, predictions: system.predictions.filter((_, row) => isKept[row]) })),
    examples: examples.filter((_, row) => isKept[row]),
    leftOut: { rows, reason },
    skipped,
  };
}

function unreadable({ title, predictions }: Answered, examples: readonly Example[]): AttuneError {
  const problems = examples.flatMap(({ source }, row) => {
    const reason = predictions[row].unreadable;
    return reason === undefined ? [] : [{ ...source, message: reason }];
  });
  return new AttuneError('E_ROWS_UNREADABLE', {
    what: `${title} cannot answer ${problems.length} of ${examples.length} rows`,
    problems,
    fix: 'shorten or remove them',
  });
}
