import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { AttuneError } from '../../base/errors.ts';
import { refuseSmallLimits, takeProductBuffer } from './memory-limit.ts';
import type { Native } from './native.ts';

/** Thread waiting policy. */
export const waitingThreads = {
  // Threads that spin at barriers starve each other on shared cores, whereas sleeping at once makes wake-ups too late.
  OMP_WAIT_POLICY: 'PASSIVE',
  // So threads spin for about as long as a wake-up takes: 60 µs on Zen 4.
  GOMP_SPINCOUNT: '5000',
};

/** `ATTUNE_KERNELS=avx2` plays a processor without AVX-512 to libtorch's libraries as well. */
const plainAvx2 = { ATEN_CPU_CAPABILITY: 'avx2', OPENBLAS_CORETYPE: 'Haswell', ONEDNN_MAX_CPU_ISA: 'AVX2' };

/**
 * Loads libtorch once, in the main thread. Environment variables of libtorch and its BLAS must be set before the
 * library is loaded; each line works around a measured problem (docs/decisions/engine.md).
 */
const environment: Record<string, string | undefined> = {
  ...waitingThreads,
  // UCX's memory hooks, loaded via libmpi, crash about 1 % of processes.
  UCX_MEM_EVENTS: 'no',
  // A forced kernel makes f32 products two to five times slower.
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
  ...(process.env.ATTUNE_KERNELS === 'avx2' ? plainAvx2 : {}),
};

let loaded: Native | undefined;

export function engine(): Native {
  loaded ??= load();
  return loaded;
}

/** Path of the addon: next to `src` in a checkout, next to `dist` in an installed package. */
export function addonPath(): string {
  return process.env.ATTUNE_ADDON ?? fileURLToPath(new URL('../../../build/attune.node', import.meta.url));
}

/** A checkout is set up by a script, an installed package by its command. */
export function setupCommand(): string {
  const lock = fileURLToPath(new URL('../../../package-lock.json', import.meta.url));
  return existsSync(lock) ? `node tools/setup.mjs   (in ${dirname(lock)})` : 'npx attune setup';
}

function load(): Native {
  if (!isMainThread)
    throw new Error('libtorch must be loaded in the main thread: a worker thread sees another environment');
  const path = addonPath();
  if (!existsSync(path)) {
    throw new AttuneError('E_ENGINE_MISSING', {
      what: 'The engine is not built',
      got: `no file ${path}`,
      fix: setupCommand(),
    });
  }
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] ??= value;
  }
  const isLimited = refuseSmallLimits();
  const holder: { exports: Partial<Native> } = { exports: {} };
  try {
    process.dlopen(holder, path);
  } catch (error) {
    throw broken(error as Error);
  }
  const native = holder.exports as Native;
  refuseOtherLibtorch(native);
  const threads = Number(process.env.ATTUNE_THREADS ?? 0);
  if (threads > 0) native.setThreads(threads);
  if (isLimited) takeProductBuffer(native);
  return native;
}

/** Plain reasons for the dynamic linker's messages. */
const REASONS: readonly [pattern: RegExp, reason: (name: string) => string][] = [
  [/version .(GLIBC\w*_[\d.]+). not found/, (name) => `this system's libraries are older than the engine's (${name})`],
  [/(lib(?:torch|c10)[\w.]*): cannot open/, (name) => `libtorch is no longer where it was (${name})`],
  [/(\S+): cannot open shared object/, (name) => `libtorch needs a library that is missing (${name})`],
  [/undefined symbol: (\S+)/, () => 'the engine was built for another version or C++ ABI of libtorch'],
];

/** @returns E_ENGINE_BROKEN with a plain reason and the linker's message */
export function broken(error: Error): AttuneError {
  const [pattern, reason] = REASONS.find(([known]) => known.test(error.message)) ?? [];
  const name = pattern?.exec(error.message)?.[1] ?? '';
  return new AttuneError('E_ENGINE_BROKEN', {
    what: `The engine cannot be loaded${reason === undefined ? '' : `: ${reason(name)}`}`,
    got: error.message,
    fix: setupCommand(),
    cause: error,
  });
}

/** A libtorch of another minor version may load, and compute nonsense. */
function refuseOtherLibtorch(native: Native): void {
  const actual = /TORCH_VERSION=(\d+\.\d+)/.exec(native.configuration())?.[1];
  const [expected] = /^\d+\.\d+/.exec(native.version()) ?? [];
  if (actual === undefined || actual === expected) return;
  throw new AttuneError('E_ENGINE_BROKEN', {
    what: 'The engine was built for another libtorch',
    got: `libtorch ${actual}`,
    expected: `libtorch ${expected}`,
    fix: setupCommand(),
  });
}

/** Ends the process with Node's exit handlers but without libtorch's, if that was loaded. */
export function exitWithoutEngine(): void {
  loaded?.leaveAtOnce();
}

/** Number of threads for operators; part of a run's identity, since sums depend on it. */
export function setThreads(count: number): void {
  engine().setThreads(count);
}
