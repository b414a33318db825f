import { readColumns } from '../app/use-cases/shared/layout-fields.ts';
import type { ColumnMapping } from '../data/columns.ts';
import type { CommandContext } from './command.ts';

/** `--columns "{text: [subject, body], label: queue}"`, checked as a recipe's. @throws AttuneError E_USAGE */
export async function columnsOption(context: CommandContext): Promise<ColumnMapping | undefined> {
  const text = context.option('--columns');
  return text === undefined ? undefined : readColumns(text);
}
