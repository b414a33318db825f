import type { ColumnMapping } from '../data/columns.ts';
import { columnsOption } from './columns-option.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** How the rows of a file are read, where they are laid out otherwise than those that the model was trained on. */
export const layoutOptions: readonly CommandOption[] = [
  {
    name: '--columns',
    value: '{FIELD: COLUMN}',
    summary: "the format's field → your column, or several: [subject, body]; as in training unless given",
  },
  { name: '--format', value: 'NAME', summary: 'row format (as in training, or detected)' },
];

/** @throws AttuneError E_USAGE */
export async function layoutOf(context: CommandContext): Promise<{ columns?: ColumnMapping; format?: string }> {
  const columns = await columnsOption(context);
  const format = context.option('--format');
  return { ...(columns !== undefined && { columns }), ...(format !== undefined && { format }) };
}
