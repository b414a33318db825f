/** Servers in separate processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Served } from './serve-clients.ts';

export interface Started extends Served {
  close(): void;
}

/** Starts `attune serve` with a settings file, and resolves when all its models answer. */
export async function startServer(
  name: string,
  { config, threads, home }: { config: string; threads: string; home?: string },
): Promise<Started> {
  const script = join(import.meta.dirname, '..', 'src', 'cli', 'main.ts');
  const env = { ATTUNE_THREADS: threads, ...(home !== undefined && { ATTUNE_HOME: home }) };
  const server = await startProcess(name, [script, 'serve', '--json', '--config', config], env);
  while (!(await fetch(new URL('/ready', server.url))).ok) await sleep(200);
  return server;
}

/** Resolves when the server has printed its address. */
export async function startProcess(
  name: string,
  script: readonly string[],
  env: Record<string, string>,
): Promise<Started> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...script], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code} before it answered`);
  });
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  ended.catch(() => undefined);
  const { url } = JSON.parse(line) as { url: string };
  return { name, url: url.endsWith('/v1') ? url : `${url}/v1`, pid: child.pid!, close: () => child.kill('SIGTERM') };
}
