import { once } from 'node:events';
import type { Console } from '../../terminal/console.ts';
import type { FieldKit } from '../fields.ts';

/** Switch of all commands that show a page. */
export const openField = ({ flag }: FieldKit) => ({
  open: flag('write the report without opening a browser', { flag: '--no-open' }),
});

interface ShowPageOptions {
  /** Folder of the run. */
  folder: string;
  /** Closes the page, on Ctrl-C. */
  signal: AbortSignal;
  /** If false, nothing is shown. */
  open?: boolean;
  /** Open only if a browser is available; otherwise the URL is printed, for tunnels. */
  isOptional?: boolean;
}

/** Shows a run's page until the signal if the terminal is interactive; otherwise returns immediately. */
export async function showPage(
  { isInteractive, out }: Pick<Console, 'isInteractive' | 'out'>,
  { folder, signal, open = true, isOptional = false }: ShowPageOptions,
): Promise<void> {
  if (!isInteractive || !open) return;
  const { hasBrowser, openBrowser, openPage } = await import('../../page/index.ts');
  if (isOptional && !hasBrowser()) return;
  const page = await openPage(folder);
  try {
    const isOpen = await openBrowser(page.url);
    const { cyan, dim } = out.colours;
    out.line(`page     ${cyan(page.url)}`);
    out.line(dim(`         ${isOpen ? 'opened in the browser' : 'open it in a browser'}; Ctrl-C ends it`));
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    await page.close();
  }
}
