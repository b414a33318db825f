/** Processes for code that nobody has read: no environment, no network, no files but what their program is allowed. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface SandboxLimits {
  /** Seconds, from when the program says that it is ready. */
  seconds: number;
  memoryBytes: number;
}

export interface SandboxProgram {
  command: string;
  args: readonly string[];
  /** All that it is told. */
  input: string;
  /** What it says on a line of its own once the code is about to run. */
  readyMark: string;
}

/** How a process ended; `exit` where it did by itself. */
export type SandboxEnd = 'exit' | 'timeout' | 'memory' | 'output' | 'crash';

export interface SandboxResult {
  output: string;
  end: SandboxEnd;
}

/** What keeps a process from everything else, where the system allows it. */
export interface Isolation {
  name: 'namespaces' | 'none';
  command: readonly string[];
}

const MOST_OUTPUT = 2 ** 16;
const WORDS_KEPT = 4000;
const START_SECONDS = 60;

/** Memory that programs take besides what code allocates: mapped, most of it never touched. */
const OWN_BYTES = 640 * 2 ** 20;

let found: Isolation | undefined;

/** Namespaces of its own for users, network and processes; all of them end with the first process. */
export function isolation(): Isolation {
  if (found !== undefined) return found;
  const path = pathOf('unshare');
  const command = [path ?? '', '--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child'];
  const tried = [...command.slice(1), '/bin/sh', '-c', 'exit 0'];
  const isThere = path !== undefined && spawnSync(path, tried, { stdio: 'ignore', timeout: 60_000 }).status === 0;
  return (found = isThere ? { name: 'namespaces', command } : { name: 'none', command: [] });
}

/** An empty environment names no folders to look in. */
function pathOf(program: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Runs a program to its end or its limits. Whatever it started ends with it. */
export function runInSandbox(
  { command, args, input, readyMark }: SandboxProgram,
  limits: SandboxLimits,
  signal?: AbortSignal,
): Promise<SandboxResult> {
  const all = [...isolation().command, ...limited(limits), command, ...args];
  const child = spawn(all[0], all.slice(1), { env: {}, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const { promise, resolve } = Promise.withResolvers<SandboxResult>();
  let [output, words] = ['', ''];
  let end: SandboxEnd | undefined;
  const stop = (reason: SandboxEnd) => {
    end ??= reason;
    kill(child.pid);
  };
  let timer = setTimeout(() => stop('timeout'), START_SECONDS * 1000);
  const onAbort = () => stop('crash');
  signal?.addEventListener('abort', onAbort, { once: true });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const wasReady = output.includes(readyMark);
    if (output.length + text.length > MOST_OUTPUT) return stop('output');
    output += text;
    if (wasReady || !output.includes(readyMark)) return;
    clearTimeout(timer);
    timer = setTimeout(() => stop('timeout'), limits.seconds * 1000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS_KEPT);
  });
  child.on('error', () => stop('crash'));
  // It may end before it has read anything.
  child.stdin.on('error', () => undefined).end(input);
  child.on('close', (code) => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    kill(child.pid);
    const isMemory = /out of memory|heap limit|MemoryError|Cannot allocate/i.test(words);
    resolve({ output, end: end ?? (isMemory ? 'memory' : code === 0 ? 'exit' : 'crash') });
  });
  return promise;
}

/** A shell that sets limits and becomes the program: processor time, memory, no file is written, no core dumped. */
function limited({ seconds, memoryBytes }: SandboxLimits): string[] {
  const kilobytes = Math.ceil((memoryBytes + OWN_BYTES) / 1024);
  const cpu = Math.ceil(seconds) + 5;
  return [
    '/bin/sh',
    '-c',
    `ulimit -t ${cpu} && ulimit -d ${kilobytes} && ulimit -f 0 && ulimit -c 0 && unset PWD && exec "$@"`,
    'sh',
  ];
}

/** The whole group, where it is still there. */
function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // gone
  }
}
