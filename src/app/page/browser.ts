import { spawn } from 'node:child_process';

/** The program that opens a URL in the user's browser; undefined without a display. */
function opener(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['explorer.exe'];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}

/** Whether a browser can be opened on this machine; over SSH it cannot. */
export function hasBrowser(env: NodeJS.ProcessEnv = process.env): boolean {
  return opener(process.platform, env) !== undefined;
}

/** Opens a URL in the user's browser. False if that failed; the URL then has to be printed. */
export function openBrowser(url: string): Promise<boolean> {
  const found = opener(process.platform, process.env);
  if (found === undefined) return Promise.resolve(false);
  const [program, ...words] = found;
  return new Promise((resolve) => {
    const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}
