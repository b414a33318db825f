/** Processes for untrusted code: time, memory and output limits around `isolation`. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { isolation, type Mount } from './isolation.ts';

export interface SandboxLimits {
  /** Seconds from when the program reports that it is ready. */
  seconds: number;
  /** Memory that the code may allocate. */
  memoryBytes: number;
  /** Memory of the program itself. */
  ownBytes: number;
  /** Maximum characters of standard output; beyond, the process is killed. */
  output: number;
}

export interface SandboxProgram {
  command: string;
  args: readonly string[];
  /** All files visible to it. */
  mounts: readonly Mount[];
  /** Written to standard input, which is then closed; without it, the caller writes. */
  input?: string;
  /** Additional pipes, from descriptor 4 on. */
  pipes?: number;
}

/** How a process ended; `exit` if by itself. */
export type SandboxEnd = 'exit' | 'timeout' | 'memory' | 'output' | 'crash';

export interface SandboxProcess {
  stdin: Writable;
  stdout: Readable;
  pipes: readonly (Readable & Writable)[];
  /** Starts the time limit. */
  begin: () => void;
  stop: (reason: SandboxEnd) => void;
  /** Resolves when the process and all its children are gone. */
  ended: Promise<SandboxEnd>;
}

const START_SECONDS = 60;
const WORDS_KEPT = 4000;
/** Node's stack size, for deeply recursive code. */
const STACK_KILOBYTES = 2 ** 16;

export function startInSandbox(
  { command, args, mounts, input, pipes = 0 }: SandboxProgram,
  limits: SandboxLimits,
  signal?: AbortSignal,
): SandboxProcess {
  const apart = isolation();
  const all = [...limited(limits), ...apart.command(mounts), command, ...args];
  const stdio = Array.from({ length: 4 + pipes }, () => 'pipe' as const);
  const child = spawn(all[0], all.slice(1), { env: {}, cwd: '/', detached: true, stdio });
  const streams = child.stdio as unknown as (Readable & Writable)[];
  for (const stream of streams) stream.on('error', () => undefined);
  streams[3].end(apart.filter ?? '');
  let end: SandboxEnd | undefined;
  const stop = (reason: SandboxEnd) => {
    end ??= reason;
    kill(child.pid);
  };
  let timer = setTimeout(() => stop('timeout'), START_SECONDS * 1000);
  const begin = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stop('timeout'), limits.seconds * 1000);
  };
  const onAbort = () => stop('crash');
  signal?.addEventListener('abort', onAbort, { once: true });
  limitOutput(child, limits.output, stop);
  if (input !== undefined) streams[0].end(input);
  const ended = endOf(child, () => end).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    kill(child.pid);
  });
  return { stdin: streams[0], stdout: streams[1], pipes: streams.slice(4), begin, stop, ended };
}

/** Runs a program to its end or its limits and returns its output; the first line starts the clock. */
export async function runInSandbox(
  program: SandboxProgram,
  limits: SandboxLimits,
  signal?: AbortSignal,
): Promise<{ output: string; end: SandboxEnd }> {
  const running = startInSandbox(program, limits, signal);
  // The last chunk may exceed the limit.
  const output = (await printed(running)).slice(0, limits.output);
  return { output, end: await running.ended };
}

/** Output of a process until it ends; the first line starts the clock. */
export async function printed({ stdout, begin }: SandboxProcess): Promise<string> {
  let output = '';
  for await (const text of stdout.setEncoding('utf8')) {
    const isFirst = !output.includes('\n');
    output += text as string;
    if (isFirst && output.includes('\n')) begin();
  }
  return output;
}

function limitOutput(child: ChildProcess, most: number, stop: (reason: SandboxEnd) => void): void {
  let left = most;
  child.stdout?.on('data', (data: Buffer | string) => {
    left -= data.length;
    if (left < 0) stop('output');
  });
}

function endOf(child: ChildProcess, stopped: () => SandboxEnd | undefined): Promise<SandboxEnd> {
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS_KEPT);
  });
  const { promise, resolve } = Promise.withResolvers<SandboxEnd>();
  child.on('error', () => resolve('crash'));
  child.on('close', (code) => {
    const isMemory = /out of memory|heap limit|MemoryError|Cannot allocate/i.test(words);
    resolve(stopped() ?? (isMemory ? 'memory' : code === 0 ? 'exit' : 'crash'));
  });
  return promise;
}

/** A shell command that sets limits (CPU time, memory, no file writes, no core dumps) and then runs the program. */
function limited({ seconds, memoryBytes, ownBytes }: SandboxLimits): string[] {
  const kilobytes = Math.ceil((memoryBytes + ownBytes) / 1024);
  const set = [`-t ${Math.ceil(seconds) + 5}`, `-d ${kilobytes}`, '-f 0', '-c 0'].map((limit) => `ulimit ${limit}`);
  const stack = `{ ulimit -s ${STACK_KILOBYTES} 2>/dev/null || true; }`;
  return ['/bin/sh', '-c', [...set, stack, 'unset PWD', 'exec "$@"'].join(' && '), 'sh'];
}

/** Kills the whole process group, if it still exists. */
function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The process group is gone already.
  }
}
