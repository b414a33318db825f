import { AttuneError, type Problem } from '../base/errors.ts';
import { sha256 } from '../files/hash.ts';
import type { Example, ItemsExample } from './example.ts';

/**
 * Joins interactions to one row per user, ordered by time, or in file order if times are equal or missing; other rows
 * are unchanged. A user's row takes the place of the first interaction.
 *
 * @throws AttuneError E_BAD_ROWS if only some interactions of a user have a time
 */
export function joinInteractions(rows: readonly Example[]): { rows: Example[]; firstOf: Map<Example, Example> } {
  const firstOf = new Map<Example, Example>();
  if (!rows.some(isPart)) return { rows: [...rows], firstOf };
  const parts = Map.groupBy(rows.filter(isPart), ({ user }) => user);
  refuseMixedTimes(parts);
  const joined = rows.flatMap((row): Example[] => {
    if (!isPart(row)) return [row];
    const own = parts.get(row.user)!;
    if (own[0] !== row) return [];
    const whole = join(own);
    firstOf.set(whole, row);
    return [whole];
  });
  return { rows: joined, firstOf };
}

type Part = ItemsExample & Required<Pick<ItemsExample, 'part'>>;

function isPart(row: Example): row is Part {
  return row.kind === 'items' && row.part !== undefined;
}

function join(parts: readonly Part[]): ItemsExample {
  const [{ user, source, group }] = parts;
  const inOrder = parts.toSorted((a, b) => (a.part.at ?? 0) - (b.part.at ?? 0));
  const items = inOrder.flatMap((part) => part.items);
  // User features change over time; the latest apply.
  const about = inOrder.findLast((part) => part.about !== undefined)?.about;
  return { ...itemsRow({ user, ...(about && { about }), items }), source, ...(group !== undefined && { group }) };
}

/** A row of items, with its id. */
export function itemsRow(
  body: Pick<ItemsExample, 'user' | 'about' | 'items' | 'isLastOnly'>,
): Pick<ItemsExample, 'kind' | 'id' | 'user' | 'about' | 'items' | 'isLastOnly'> {
  const content = { kind: 'items' as const, ...body };
  return { ...content, id: sha256(JSON.stringify(content)).slice(0, 16) };
}

function refuseMixedTimes(parts: ReadonlyMap<string | undefined, readonly Part[]>): void {
  const problems: Problem[] = [];
  for (const [user, own] of parts) {
    const without = own.filter(({ part }) => part.at === undefined);
    if (without.length === 0 || without.length === own.length) continue;
    const { source } = without[0];
    problems.push({ ...source, message: `has no time, but other rows of the user "${user}" have one` });
  }
  if (problems.length === 0) return;
  throw new AttuneError('E_BAD_ROWS', {
    what: 'Interactions cannot be put in order',
    problems,
    fix: 'give all rows of a user a time, or none of them, to use the order of the file',
  });
}
