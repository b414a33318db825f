import type { Criterion } from '../../scoring/judges/rubric.ts';
import type { GivenChoice, Side } from '../../evaluation/review/review-session.ts';

/** Flags that a reviewer can set on a pair. */
export const FLAGS = ['unsafe', 'personal data'] as const;

const SIDES: readonly unknown[] = ['left', 'right', 'tie', 'neither'] satisfies Side[];

/** Validates a choice from a request; undefined if it is invalid. */
export function givenChoice(
  { item, side, seconds, ratings = {}, edit, flags = [] }: Record<string, unknown>,
  criteria: readonly Criterion[],
): GivenChoice | undefined {
  if (!Number.isInteger(item) || !SIDES.includes(side)) return undefined;
  if (typeof seconds !== 'number' || !(seconds >= 0)) return undefined;
  if (typeof ratings !== 'object' || ratings === null) return undefined;
  if (edit !== undefined && (typeof edit !== 'string' || edit.trim() === '')) return undefined;
  if (!Array.isArray(flags) || !flags.every((flag) => FLAGS.some((known) => known === flag))) return undefined;
  const entries = Object.entries(ratings);
  if (
    !entries.every(([name, both]) =>
      isRating(
        both,
        criteria.find((criterion) => criterion.name === name),
      ),
    )
  ) {
    return undefined;
  }
  return {
    item: item as number,
    side: side as Side,
    seconds,
    ...(edit !== undefined && { edit }),
    ...(flags.length > 0 && { flags: [...new Set(flags as string[])] }),
    ...(entries.length > 0 && { ratings: Object.fromEntries(entries) as GivenChoice['ratings'] }),
  };
}

function isRating(both: unknown, criterion: Criterion | undefined): boolean {
  if (criterion === undefined || !Array.isArray(both) || both.length !== 2) return false;
  const [low, high] = criterion.scale;
  return both.every((score) => Number.isInteger(score) && score >= low && score <= high);
}
