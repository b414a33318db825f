import { AttuneError } from '../../base/errors.ts';
import { columnsOf, missingColumn, valueAt, type ColumnSource } from '../../data/columns.ts';

/** Purpose of rows: to get vectors, to be searched, or to search. */
export type RowPurpose = 'vectors' | 'document' | 'query';

/** The columns from which a row's vector is computed. */
export interface RowColumns {
  /** Text column; several are joined. */
  text?: ColumnSource;
  /** Column with the name of an image file. */
  image?: string;
}

const IMAGES = ['image', 'image_path', 'img'];
/** Usual names of text columns, including those of training pairs. */
const TEXTS: Record<RowPurpose, readonly string[]> = {
  vectors: ['text'],
  document: ['text', 'document', 'positive', 'passage', 'body', 'content', 'sentence', 'answer', 'caption'],
  query: ['text', 'query', 'anchor', 'question', 'sentence'],
};

/** Names of all chosen columns. */
export function namesOf({ text, image }: RowColumns): readonly string[] {
  return [...(text === undefined ? [] : columnsOf(text)), ...(image === undefined ? [] : [image])];
}

/** The requested columns, otherwise those whose names are unambiguous. @throws AttuneError E_BAD_COLUMNS, E_USAGE */
export function chooseColumns(
  sample: readonly Record<string, unknown>[],
  wanted: RowColumns,
  { file, purpose, remembered }: { file: string; purpose: RowPurpose; remembered?: ColumnSource },
): RowColumns {
  const present = [...new Set(sample.flatMap((row) => Object.keys(row)))];
  const isThere = (name: string): boolean => sample.some((row) => valueAt(row, name) !== undefined);
  if (wanted.text !== undefined && wanted.image !== undefined) throw bothColumns();
  const asked = namesOf(wanted);
  const missing = asked.filter((name) => !isThere(name));
  if (missing.length > 0) throw missingColumns(missing, present, file);
  if (asked.length > 0) return wanted;
  const image = IMAGES.find((name) => present.includes(name));
  if (image !== undefined && purpose !== 'query') return { image };
  if (remembered !== undefined && columnsOf(remembered).every(isThere)) return { text: remembered };
  const text = TEXTS[purpose].find((name) => present.includes(name)) ?? onlyTextIn(sample, present);
  if (text !== undefined) return { text: [text] };
  if (image !== undefined) return { image };
  throw new AttuneError('E_BAD_COLUMNS', {
    what: `It is unclear which column of ${file} contains the text`,
    got: `columns ${present.join(', ')}`,
    fix:
      `choose one: --text-column ${present.find((name) => isText(sample[0][name])) ?? present[0]}; several ` +
      'are joined: --text-column title,body',
  });
}

/** The only column that contains text of several words; undefined if there is none or more than one. */
function onlyTextIn(sample: readonly Record<string, unknown>[], present: readonly string[]): string | undefined {
  const texts = present.filter((name) => sample.some((row) => isText(row[name])));
  return texts.length === 1 ? texts[0] : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && /\S\s+\S/.test(value);
}

function bothColumns(): AttuneError {
  return new AttuneError('E_USAGE', {
    what: 'Text and images cannot be embedded together',
    got: 'a text column and an image column',
    fix: 'choose one of them; embed the other into a second file',
  });
}

function missingColumns(missing: readonly string[], present: readonly string[], file: string): AttuneError {
  const problems = missing.map((name) => missingColumn(name, present, { file, field: name }));
  const expected = `some of ${present.join(', ')}`;
  return new AttuneError('E_BAD_COLUMNS', { what: `The columns are not in ${file}`, expected, problems });
}
