import { columnMapping } from '../app/use-cases/shared/columns-field.ts';
import type { ColumnMapping } from '../data/columns.ts';
import type { CommandContext } from './command.ts';

/** `--columns "{text: [subject, body], label: queue}"`. @throws AttuneError E_USAGE */
export function columnsOption(context: CommandContext): Promise<ColumnMapping | undefined> {
  return columnMapping(context.option('--columns'));
}
