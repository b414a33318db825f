/** For `quickstart` and `review`, until they are declared once too. */
import { showPage as show } from '../app/use-cases/shared/show-page.ts';
import type { CommandContext } from './command.ts';

export const noOpen = { name: '--no-open', summary: 'write the report without opening a browser' } as const;

interface ShowPageOptions {
  context: CommandContext;
  folder: string;
  signal: AbortSignal;
  isOptional?: boolean;
}

export async function showPage({ context, ...options }: ShowPageOptions): Promise<void> {
  return show(context, { ...options, open: !context.has(noOpen.name) });
}
