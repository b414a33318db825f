import { plural } from '../../base/format.ts';
import type { EventSink } from '../../base/events.ts';
import type { DataReport, RowFormatter, RowFormatters } from '../../data/index.ts';
import { loadReference, parseReference, type ReferenceHashes, type ReferenceKind } from '../../train/reference.ts';

const rowFormatter: ReferenceKind<RowFormatter> = {
  expected: 'a function that takes a row and gives one of a known format, or a text that says why it is left out',
  accepts: (value): value is RowFormatter => typeof value === 'function',
};

/** Loads those of the formats that are functions of the user's. @throws E_REFERENCE_… */
export async function loadFormatters(
  formats: readonly (string | null | undefined)[],
  hashes: ReferenceHashes = {},
): Promise<RowFormatters> {
  const references = new Set(formats.filter((format) => typeof format === 'string' && parseReference(format)));
  const loaded = new Map<string, RowFormatter>();
  for (const text of references as Set<string>) loaded.set(text, await loadReference(text, hashes, rowFormatter));
  return loaded;
}

/** No row is left out without a word. */
export function reportLeftOut({ files }: DataReport, emit: EventSink): void {
  const count = files.reduce((sum, { leftOut }) => sum + (leftOut?.rows ?? 0), 0);
  if (count === 0) return;
  emit({
    type: 'warning-raised',
    code: 'W_ROWS_LEFT_OUT',
    message: `${count === 1 ? 'a row was' : `${plural(count, 'rows')} were`} left out by the recipe's own format`,
    problems: files.flatMap(({ leftOut }) =>
      (leftOut?.first ?? []).map(({ reason, ...place }) => ({ ...place, message: reason })),
    ),
  });
}
