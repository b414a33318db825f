import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from './errors.ts';
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

/** Maximum number of unread chunks: the process works ahead of its consumer up to this limit. */
export const WINDOW = 4;

export type FromLimited =
  | { type: 'ready' }
  | { type: 'alive' }
  | { type: 'chunk'; chunk: unknown }
  | { type: 'done' }
  | { type: 'failed'; error: Record<string, unknown> };

export type ToLimited = { type: 'run'; request: unknown } | { type: 'more' };

/** How a process came to its end in the middle of its work. */
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
 * Runs one request in a process of its own and yields its chunks. `entry` is a module next to the caller that calls
 * `serveLimited`, without its extension. A process that is silent for too long, grows too large or dies is a
 * ProcessEnded; leaving the loop ends the process.
 * @throws ProcessEnded; AttuneError E_STOPPED; AttuneError and Error as the work itself threw them
 */
export async function* runLimited<Chunk>(
  entry: URL,
  request: unknown,
  options: LimitedProcessOptions,
): AsyncGenerator<Chunk, void, undefined> {
  const running = new LimitedProcess(entry, request, options);
  try {
    yield* running.chunks() as AsyncGenerator<Chunk, void, undefined>;
  } finally {
    running.kill();
  }
}

/** URL of a module next to another one: .ts in the checkout, .js in the published package. */
export function moduleBeside(name: string, self: string): URL {
  return new URL(`${name}${self.endsWith('.ts') ? '.ts' : '.js'}`, self);
}

class LimitedProcess {
  readonly #child: ChildProcess;
  readonly #limits: ProcessLimits;
  readonly #timer: NodeJS.Timeout;
  #messages: FromLimited[] = [];
  #end: Error | undefined;
  #wake: () => void = () => undefined;
  #heardAt = Date.now();
  #isReady = false;
  /** Chunks received but not yet consumed. */
  #unused = 0;
  #words = '';
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#finish(this.#signal?.reason as Error);
  // Cancels the wait for a message that never comes.
  readonly #unlisten: () => void;

  constructor(entry: URL, request: unknown, { limits, rights, signal }: LimitedProcessOptions) {
    signal?.throwIfAborted();
    this.#limits = limits;
    this.#signal = signal;
    this.#child = fork(fileURLToPath(entry), [], {
      execArgv: limitingArguments(limits, rights),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { PATH: process.env.PATH },
    });
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#words = (this.#words + data.toString('utf8')).slice(-WORDS_KEPT);
    });
    this.#child.on('message', (message) => this.#receive(message as FromLimited));
    this.#child.on('error', (error) => this.#finish(new ProcessEnded('crashed', error.message)));
    this.#child.on('close', (code, signal) => this.#finish(endOf({ code, signal, words: this.#words, limits })));
    this.#timer = setInterval(() => this.#look(), LOOK_MILLISECONDS);
    signal?.addEventListener('abort', this.#onAbort);
    this.#unlisten = onStopSignals((name) =>
      this.#finish(new AttuneError('E_STOPPED', { what: `Stopped: received ${name}` })),
    );
    this.#post({ type: 'run', request });
  }

  async *chunks(): AsyncGenerator<unknown, void, undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message?.type === 'done') return;
      if (message?.type === 'failed') throw errorFrom(message.error);
      if (message?.type === 'chunk') {
        yield message.chunk;
        if (this.#unused-- === WINDOW) this.#heardAt = Date.now();
        this.#post({ type: 'more' });
      } else if (this.#end === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else throw this.#end;
    }
  }

  kill(): void {
    clearInterval(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#unlisten();
    this.#child.kill('SIGKILL');
  }

  #receive(message: FromLimited): void {
    this.#heardAt = Date.now();
    if (message.type === 'ready') this.#isReady = true;
    if (message.type === 'ready' || message.type === 'alive') return;
    if (message.type === 'chunk') this.#unused++;
    this.#messages.push(message);
    this.#wake();
  }

  #finish(end: Error): void {
    this.#end ??= end;
    this.kill();
    this.#wake();
  }

  #post(message: ToLimited): void {
    // A failure means that the process has ended, which 'close' reports.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #look(): void {
    const { seconds, memoryBytes } = this.#limits;
    const silent = (Date.now() - this.#heardAt) / 1000;
    // With a full window the process is waiting for its consumer.
    if (this.#unused < WINDOW && silent > (this.#isReady ? seconds : START_SECONDS))
      this.#finish(new ProcessEnded('too-slow', `nothing came of it for ${seconds} s`));
    if (residentBytes(this.#child.pid) > memoryBytes) this.#finish(outOfMemory(memoryBytes));
  }
}

/** Flags of Node's permission model and of its heap. */
export function limitingArguments(
  { memoryBytes }: ProcessLimits,
  { reads, writes = [], addons, network }: ProcessRights,
): string[] {
  return [
    '--permission',
    ...[...ownCode(), ...reads].map((path) => `--allow-fs-read=${path}`),
    ...writes.map((path) => `--allow-fs-write=${path}`),
    // A thread that ends the process once its parent has gone.
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

/** Error that describes how a process ended. */
export function endOf({ code, signal, words, limits }: ProcessDeath): ProcessEnded {
  if (/heap out of memory|heap limit|allocation failed/i.test(words)) return outOfMemory(limits.memoryBytes);
  // A Rust panic states its reason, then its location.
  const panic = /panicked at [^\n]*\n([^\n]+)/.exec(words)?.[1];
  const last = panic ?? words.trim().split('\n').at(-1) ?? '';
  return new ProcessEnded('crashed', last === '' ? `its reader ended with ${signal ?? code}` : last);
}

interface ProcessDeath {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last part of its standard error. */
  words: string;
  limits: ProcessLimits;
}

export function outOfMemory(bytes: number): ProcessEnded {
  return new ProcessEnded('out-of-memory', `more than ${Math.round(bytes / 2 ** 20)} MiB`);
}

/** Outside Linux only the heap is limited. */
export function residentBytes(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function errorFrom(error: Record<string, unknown>): Error {
  return typeof error.code === 'string' && error.code.startsWith('E_') && 'what' in error
    ? AttuneError.fromJSON(error)
    : new Error(String(error.message));
}
