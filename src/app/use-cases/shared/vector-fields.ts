import type { EmbedRow } from '../../embed/row-source.ts';
import type { FieldKit } from '../fields.ts';

const split = (typed: string | readonly string[]): string[] =>
  [typed].flat().flatMap((one) => one.split(',').map((name) => name.trim()));

/** Rows to embed, from a file or passed by a program. */
export const vectorRowsField = ({ z, parsed }: FieldKit, summary: string) =>
  parsed(z.union([z.string(), z.custom<readonly EmbedRow[]>(Array.isArray)]), 'FILE', summary, { read: String });

/** Distinguishes a file from rows. */
export function vectorSource(input: string | readonly EmbedRow[] | undefined): {
  input?: string;
  rows?: readonly EmbedRow[];
} {
  return typeof input === 'object' ? { rows: input } : { input };
}

/** Options for the columns to embed. */
export function vectorColumnFields(
  { z, text, parsed }: FieldKit,
  summary = 'column of the text; join several with commas (guessed if the names are clear)',
) {
  return {
    textColumn: parsed(z.union([z.string(), z.array(z.string())]), 'NAME', summary, { read: split }),
    imageColumn: text('NAME', 'column that names an image file'),
  };
}

export const poolingField = ({ choice }: FieldKit) => ({
  pooling: choice(
    ['mean', 'first', 'max', 'last'],
    'HOW',
    'pooling for encoders that do not set one: mean, first, max or last',
  ),
});

/** Columns whose texts are joined by line breaks. */
export function textColumnsOf(given: string | readonly string[] | undefined): readonly string[] | undefined {
  return given === undefined ? undefined : [given].flat();
}
