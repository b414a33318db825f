import { plural } from '../../base/format.ts';
import type { EventSink } from '../../base/events.ts';
import type { FileReport } from '../../data/example-sink.ts';
import type { OverlapReport } from '../../data/overlaps.ts';
import type { RowFormatter, RowFormatters } from '../../data/index.ts';
import { loadReference, parseReference, type ReferenceHashes, type ReferenceKind } from '../../training/reference.ts';

const rowFormatter: ReferenceKind<RowFormatter> = {
  expected:
    'a function that takes a row and returns one in a known format, or a text with the reason for leaving it out',
  accepts: (value): value is RowFormatter => typeof value === 'function',
};

/** Loads the formats that are user-defined functions. @throws E_REFERENCE_… */
export async function loadFormatters(
  formats: readonly (string | null | undefined)[],
  hashes: ReferenceHashes = {},
): Promise<RowFormatters> {
  const references = new Set(formats.filter((format) => typeof format === 'string' && parseReference(format)));
  const loaded = new Map<string, RowFormatter>();
  for (const text of references as Set<string>) loaded.set(text, await loadReference(text, hashes, rowFormatter));
  return loaded;
}

/** Reports rows that were left out, and texts in other encodings. */
export function reportReading(
  { files, overlap }: { files: readonly FileReport[]; overlap?: OverlapReport },
  emit: EventSink,
): void {
  if (overlap !== undefined && overlap.rows > 0) emit(overlapping(overlap));
  for (const { file, encoding, decimalCommas } of files) {
    if (encoding !== undefined) emit(warning('W_ENCODING', `${file} is not UTF-8: read as ${encoding}`));
    if (decimalCommas !== undefined)
      emit(warning('W_DECIMAL_COMMAS', `${file}: numbers with a decimal comma in ${decimalCommas.join(', ')}`));
  }
  const count = files.reduce((sum, { leftOut }) => sum + (leftOut?.rows ?? 0), 0);
  if (count === 0) return;
  const problems = files.flatMap(({ leftOut }) =>
    (leftOut?.first ?? []).map(({ reason, ...place }) => ({ ...place, message: reason })),
  );
  const message = `${count === 1 ? 'a row was' : `${plural(count, 'rows')} were`} left out`;
  emit({ ...warning('W_ROWS_LEFT_OUT', message), problems, problemCount: count });
}

function warning(code: string, message: string) {
  return { type: 'warning-raised', code, message } as const;
}

/** Only reached if `allow_overlap` permits an overlap. */
function overlapping({ rows, exact, listed }: OverlapReport) {
  const message =
    `${plural(rows, 'rows')} of the evaluation data are also in the training data, or nearly so (${exact} ` +
    'exact copies): results on them are too good';
  return { ...warning('W_SPLIT_OVERLAP', message), problems: listed, problemCount: rows };
}
