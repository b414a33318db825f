/** Processes that read untrusted files, with limits on time, memory and access. */
import { fork } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userFolder } from './optional-packages.ts';
import { Channel } from './channel.ts';
import { AttuneError } from './errors.ts';
import { isSilence, Killable, type End, type Host, type Listener, type Silence } from './killable.ts';
import { onStopSignals } from './stop-signals.ts';

/** Limits of a process for untrusted files, beyond which it is killed. */
export interface ProcessLimits {
  /** Maximum silence in seconds. */
  seconds: number;
  /** Limit on resident bytes; outside Linux only the heap is limited. */
  memoryBytes: number;
}

/** Files that the process may access besides attune's own code. It can read and write nothing else and cannot start processes. */
export interface ProcessRights {
  /** Files, and folders with everything below them. */
  reads: readonly string[];
  writes?: readonly string[];
  /** Allows native libraries. */
  addons?: boolean;
  /** For Node versions with this permission (26); others rely on `closeNetwork`. */
  network?: boolean;
}

export interface LimitedProcessOptions {
  limits: ProcessLimits;
  rights: ProcessRights;
  /** Ends the process, as Ctrl-C and SIGTERM do. */
  signal?: AbortSignal;
}

export const defaultProcessLimits: ProcessLimits = { seconds: 20, memoryBytes: 1536 * 2 ** 20 };

/** Maximum number of unread chunks: a process works ahead of its consumer up to this limit. */
export const WINDOW = 4;

export type FromLimited =
  | { type: 'ready' }
  | { type: 'alive' }
  | { type: 'chunk'; chunk: unknown }
  | { type: 'done' }
  | { type: 'failed'; error: Record<string, unknown> };

export type ToLimited = { type: 'run'; request: unknown } | { type: 'more' };

/** Why a process ended before its work was done. */
export class ProcessEnded extends Error {
  readonly reason: 'too-slow' | 'out-of-memory' | 'crashed';

  constructor(reason: ProcessEnded['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const START_SECONDS = 60;
const LOOK_MILLISECONDS = 250;
const WORDS_KEPT = 8000;

/**
 * Runs one request in its own process and yields its chunks. `entry` is a module that calls `serveLimited`. Leaving
 * the loop ends the process.
 * @throws ProcessEnded if the process times out, exceeds its memory or dies; AttuneError E_STOPPED; the error of the
 * work itself
 */
export async function* runLimited<Chunk>(
  entry: URL,
  request: unknown,
  { limits, rights, signal }: LimitedProcessOptions,
): AsyncGenerator<Chunk, void, undefined> {
  const killable = new Killable<FromLimited>(limitedProcess(entry, { limits, rights }));
  const window = new Window(killable);
  const chunks = new Channel<Chunk>();
  chunks.onUsed = () => window.use();
  // Cancels the wait for a message that never comes.
  const stop = new AbortController();
  const unlisten = onStopSignals((name) =>
    stop.abort(new AttuneError('E_STOPPED', { what: `Stopped: received ${name}` })),
  );
  const isAnswer = (message: FromLimited): boolean => {
    if (message.type === 'chunk') {
      window.unused++;
      chunks.push(message.chunk as Chunk);
    }
    return message.type === 'done' || message.type === 'failed';
  };
  const { seconds } = limits;
  const ended = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  const asked = killable.ask(
    { type: 'run', request },
    { seconds, isAnswer, isPaused: () => window.isFull, signal: ended },
  );
  void asked.then(
    (heard) => chunks.finish(isSilence(heard) ? processEnd(heard, limits) : failureOf(heard)),
    (error: Error) => chunks.finish(error),
  );
  try {
    yield* chunks;
  } finally {
    unlisten();
    await killable.stop();
  }
}

/** Flow control: a process sends at most `WINDOW` unread chunks, then waits for its consumer. */
export class Window {
  readonly #killable: Killable<object>;
  unused = 0;

  constructor(killable: Killable<object>) {
    this.#killable = killable;
  }

  get isFull(): boolean {
    return this.unused >= WINDOW;
  }

  /** Marks one chunk as read, so that another may be sent. */
  use(): void {
    if (this.isFull) this.#killable.restartClocks();
    this.unused--;
    this.#killable.post({ type: 'more' } satisfies ToLimited);
  }
}

export interface ProcessStart {
  limits: ProcessLimits;
  rights: ProcessRights;
  args?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/** A process for `Killable`. */
export function limitedProcess(
  entry: URL,
  { limits, rights, args = [], environment }: ProcessStart,
): (listener: Listener) => Host {
  return ({ hear, end }) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const child = fork(fileURLToPath(entry), args, {
      execArgv: limitingArguments(limits, rights),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH, ATTUNE_PACKAGES: userFolder(), ...environment },
    });
    let words = '';
    const timer = setInterval(() => {
      if (residentBytes(child.pid) > limits.memoryBytes) end({ code: OUT_OF_MEMORY });
    }, LOOK_MILLISECONDS).unref();
    const close = (how: End): void => {
      clearInterval(timer);
      resolve();
      end(how);
    };
    child.stderr?.on('data', (data: Buffer) => (words = (words + data.toString('utf8')).slice(-WORDS_KEPT)));
    child.on('message', hear);
    child.on('error', (error) => close({ message: error.message }));
    child.on('close', (code, signal) => close(deathOf(words, signal ?? code)));
    return {
      startSeconds: START_SECONDS,
      // A failure means that the process has ended, which 'close' reports.
      post: (message) => child.connected && child.send(message as object, () => undefined),
      kill() {
        child.kill('SIGKILL');
        return closed;
      },
    };
  };
}

/** Flags of Node's permission model and of its heap. */
export function limitingArguments(
  { memoryBytes }: ProcessLimits,
  { reads, writes = [], addons, network }: ProcessRights,
): string[] {
  return [
    '--permission',
    ...[...ownCode(), userFolder(), ...reads].map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
    // The thread of `endWithOwner`.
    '--allow-worker',
    ...(addons === true ? ['--allow-addons'] : []),
    ...(network === true && process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : []),
    `--max-old-space-size=${Math.floor(memoryBytes / 2 ** 20)}`,
    // Makes garbage collection start earlier; otherwise each reader would grow by hundreds of megabytes.
    '--max-semi-space-size=8',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}

let own: readonly string[] | undefined;

/** attune's package and every folder from which its modules are resolved. */
function ownCode(): readonly string[] {
  if (own !== undefined) return own;
  let folder = dirname(realpathSync(fileURLToPath(import.meta.url)));
  while (!isPackageRoot(folder) && dirname(folder) !== folder) folder = dirname(folder);
  const found = [folder];
  for (let parent = dirname(folder); parent !== dirname(parent); parent = dirname(parent))
    found.push(join(parent, 'node_modules'), join(parent, 'package.json'));
  return (own = found);
}

/** In a checkout, packages inside attune's own folder belong to it. */
function isPackageRoot(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && !/"name":\s*"@attune\//.test(readFileSync(file, 'utf8'));
}

const OUT_OF_MEMORY = 'out-of-memory';

/** Describes how a process ended, from the last line of its standard error. */
function deathOf(words: string, how: string | number | null): End {
  if (/heap out of memory|heap limit|allocation failed/i.test(words)) return { code: OUT_OF_MEMORY };
  // A Rust panic states its reason, then its location.
  const panic = /panicked at [^\n]*\n([^\n]+)/.exec(words)?.[1];
  const last = panic ?? words.trim().split('\n').at(-1) ?? '';
  return { message: last === '' ? `its reader ended with ${how}` : last };
}

/** Error for a process that has not answered. */
export function processEnd(silence: Silence, { seconds, memoryBytes }: ProcessLimits): ProcessEnded {
  if (silence.type === 'timeout') return new ProcessEnded('too-slow', `no output for ${seconds} s`);
  return silence.code === OUT_OF_MEMORY
    ? new ProcessEnded('out-of-memory', `more than ${Math.round(memoryBytes / 2 ** 20)} MiB`)
    : new ProcessEnded('crashed', silence.message ?? '');
}

/** Outside Linux only the heap is limited. */
function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function failureOf(message: FromLimited): Error | undefined {
  if (message.type !== 'failed') return undefined;
  const { error } = message;
  return typeof error.code === 'string' && error.code.startsWith('E_') && 'what' in error
    ? AttuneError.fromJSON(error)
    : new Error(String(error.message));
}
