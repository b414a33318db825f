import type { ColumnMapping } from '../data/columns.ts';
import { AttuneError } from '../base/errors.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** How the rows of a file are read, where they are laid out otherwise than those that the model was trained on. */
export const layoutOptions: readonly CommandOption[] = [
  {
    name: '--columns',
    value: '{FIELD: COLUMN}',
    summary: "the format's field → your column, or several: [subject, body]; as in training unless given",
  },
  { name: '--format', value: 'NAME', summary: 'row format; as in training, or detected, unless given' },
];

/** @throws AttuneError E_USAGE */
export async function layoutOf(context: CommandContext): Promise<{ columns?: ColumnMapping; format?: string }> {
  const text = context.option('--columns');
  const format = context.option('--format');
  return { ...(text !== undefined && { columns: await parseColumns(text) }), ...(format !== undefined && { format }) };
}

async function parseColumns(text: string): Promise<ColumnMapping> {
  const [{ parse }, { columns }] = await Promise.all([import('yaml'), import('../train/recipe.ts')]);
  try {
    return columns.parse(parse(text, { logLevel: 'silent' }));
  } catch (error) {
    throw new AttuneError('E_USAGE', {
      what: '--columns is no mapping of fields to columns',
      got: text,
      expected: '"{text: body, label: queue}", or "{text: [subject, body]}"',
      cause: error,
    });
  }
}
