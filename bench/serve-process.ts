/** Servers in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Served } from './serve-clients.ts';

export interface Started extends Served {
  close(): void;
}

/** `attune serve` by a file of settings, once it answers by all of its models. */
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

/** Once it has said where it listens. */
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
