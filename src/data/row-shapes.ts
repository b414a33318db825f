import { entryOf } from '../base/table.ts';
import { AttuneError } from '../base/errors.ts';
import { columnsOf, mapColumns, missingColumn, valueAt, type ColumnMapping } from './columns.ts';
import { detectFormat } from './formats/detect.ts';
import { formats } from './formats/index.ts';
import { RowReader } from './formats/row-reader.ts';
import type { SourceFile, RowShape } from './sources.ts';

type Row = Record<string, unknown>;

/** A layout with the columns that a file lacks. */
interface Misfit extends RowShape {
  missing: readonly string[];
}

/**
 * The file with format and columns of the first known layout whose columns it has. The file's own settings take
 * precedence; files without any known layout are left to detection.
 * @throws AttuneError E_BAD_COLUMNS if detection would misread the file
 */
export async function withShape(source: SourceFile, sample: readonly Row[]): Promise<SourceFile> {
  const { known, format } = source;
  if (known === undefined || source.formatter !== undefined || sample.length === 0) return source;
  const shapes = known.shapes.filter((shape) => format === undefined || shape.format === format);
  if (source.columns) return mappedByUser(source, sample, shapes);
  const misfits: Misfit[] = [];
  for (const shape of shapes) {
    const missing = await missingColumns(sample, shape, source);
    if (missing.length === 0) return { ...source, ...shape };
    misfits.push({ ...shape, missing });
  }
  const closest = misfits.find(isPartial) ?? misfits.at(0);
  if (closest === undefined || (format !== undefined && known.isStrict !== true)) return source;
  const isWrong = known.isStrict === true || isPartial(closest) || !(await isRecognised(sample, source));
  if (isWrong) throw otherColumns(sample, closest, source);
  return source;
}

async function mappedByUser(source: SourceFile, sample: readonly Row[], shapes: readonly RowShape[]) {
  const { columns, format = mappedFormat(shapes, columns!) } = source;
  if (source.isInput !== true || format === undefined) return { ...source, format };
  const missing = await missingColumns(sample, { format, columns }, source);
  if (missing.length > 0) throw otherColumns(sample, { missing, columns }, source);
  return { ...source, format };
}

/** The format of a user's mapping, unless the user named one. */
function mappedFormat(shapes: readonly RowShape[], columns: ColumnMapping): string | undefined {
  const fields = Object.keys(columns);
  const same = shapes.find((shape) => fields.every((field) => Object.hasOwn(shape.columns ?? {}, field)));
  return (same ?? shapes.at(0))?.format;
}

/** Number of rows used to test a layout. */
const TRIED_ROWS = 3;

/** Columns of a layout that no sample row has. */
async function missingColumns(sample: readonly Row[], shape: RowShape, source: SourceFile): Promise<string[]> {
  const { format, columns = {} } = shape;
  if (format === undefined)
    return Object.values(columns)
      .flatMap(columnsOf)
      .filter((column) => isAbsent(column, sample));
  const { read, readInput = read } = await formats.load(format);
  const [mapped, faulty] = [new Set<string>(), new Set<string>()];
  for (const row of sample.slice(0, TRIED_ROWS)) {
    const reader = new RowReader(wholeRow(row, columns), { file: source.file, line: 1, folder: source.path });
    (source.isInput === true ? readInput : read)(reader);
    for (const { field = '' } of reader.problems) faulty.add(/^[^.[]*/.exec(field)![0]);
    for (const field of [...reader.used, ...faulty]) if (Object.hasOwn(columns, field)) mapped.add(field);
  }
  const wanted = [...mapped].flatMap((field) => columnsOf(entryOf(columns, field)));
  const own = [...faulty].filter((field) => !Object.hasOwn(columns, field));
  return [...new Set([...wanted, ...own])].filter((column) => isAbsent(column, sample));
}

/** A row with a value in each mapped field, since optional fields may be missing. */
function wholeRow(row: Row, columns: ColumnMapping): Row {
  const mapped = Object.entries(mapColumns(row, columns)).filter(([, value]) => value !== undefined && value !== null);
  return { ...Object.fromEntries(Object.keys(columns).map((field) => [field, ''])), ...Object.fromEntries(mapped) };
}

function isAbsent(column: string, sample: readonly Row[]): boolean {
  return sample.every((row) => (valueAt(row, column) ?? null) === null);
}

/** A file with some of the mapped columns should have all of them. */
function isPartial({ columns = {}, missing }: Misfit): boolean {
  const all = Object.values(columns).flatMap(columnsOf);
  return missing.length < all.length && all.some((column) => !missing.includes(column));
}

async function isRecognised(sample: readonly Row[], { file }: SourceFile): Promise<boolean> {
  try {
    await detectFormat(sample, { file });
    return true;
  } catch (error) {
    if (error instanceof AttuneError && error.code === 'E_UNKNOWN_FORMAT') return false;
    throw error;
  }
}

const SHOWN_COLUMNS = 20;

function otherColumns(sample: readonly Row[], { missing, columns }: Misfit, { file, known }: SourceFile): AttuneError {
  const present = [...new Set(sample.flatMap((row) => Object.keys(row)))];
  const [field] = Object.keys(columns ?? {});
  return new AttuneError('E_BAD_COLUMNS', {
    what: `${file} has different columns from the rows of ${known!.origin}`,
    got: `${present.slice(0, SHOWN_COLUMNS).join(', ')}${present.length > SHOWN_COLUMNS ? ', …' : ''}`,
    problems: missing.map((column) => missingColumn(column, present, { file })),
    fix: `rename the columns, or map them: --columns "{${field ?? missing[0]}: YOUR_COLUMN}"`,
  });
}
