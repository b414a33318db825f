import { once } from 'node:events';
import type { CommandContext } from './command.ts';

/** The switch of every command that shows a page. */
export const noOpen = { name: '--no-open', summary: 'write the report without opening a browser' } as const;

export interface ShowPageOptions {
  context: CommandContext;
  /** The run's. */
  folder: string;
  /** Ends the showing: Ctrl-C. */
  signal: AbortSignal;
  /** Only where a browser can be opened; otherwise the address is told, for a tunnel perhaps. */
  isOptional?: boolean;
}

/** Shows a run's page until the signal, where somebody is there to see it; otherwise returns at once. */
export async function showPage({ context, folder, signal, isOptional = false }: ShowPageOptions): Promise<void> {
  if (!context.isInteractive || context.has(noOpen.name)) return;
  const { hasBrowser, openBrowser, openPage } = await import('../app/page/index.ts');
  if (isOptional && !hasBrowser()) return;
  const page = await openPage(folder);
  try {
    const isOpen = await openBrowser(page.url);
    const { cyan, dim } = context.out.colours;
    context.out.line(`page     ${cyan(page.url)}`);
    context.out.line(dim(`         ${isOpen ? 'opened in the browser' : 'open it in a browser'}; Ctrl-C ends it`));
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await page.close();
  }
}
