import { resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import {
  createServer,
  listen,
  settingsSchema,
  type MountedServer,
  type RunningServer,
  type ServeSettings,
  type ServeSettingsInput,
} from '../../serving/index.ts';
import { openLog } from '../../serving/watch/log.ts';
import { availableBytes } from '../../answering/model/resources.ts';
import { endAhead } from '../../jobs/worker/index.ts';
import { openRegistry } from '../../store/registry/index.ts';
import { objectStore } from '../../store/objects/object-store.ts';
import { trainer } from './job-trainer.ts';
import { opener } from './model-opener.ts';
import { keptObjects, openWatcher } from './open-watcher.ts';

export type { RunningServer } from '../../serving/index.ts';

export interface ServeOptions extends ServeSettingsInput {
  /** A file with the same settings, which the options given here override. */
  config?: string;
  /** Stops the server after it has completed requests in flight. */
  signal?: AbortSignal;
}

/** A server for mounting in a program: `app` is mounted, and closed at the end. */
export interface MountableServer {
  /** Handler of Fetch API requests. */
  readonly app: Hono;
  close(): Promise<void>;
}

/** Default share of memory for weights; the rest is for the KV cache and other processes. */
const SHARE_OF_MEMORY = 0.6;

/**
 * Serves models over OpenAI's API until it is closed. Resolves when the server accepts requests; models may still be
 * loading.
 * @throws AttuneError E_SERVE_SETTINGS, E_SERVE_OPEN, E_PORT_IN_USE, E_MODEL_MISSING, E_OBJECTS…, …
 */
export async function serve({ signal, ...options }: ServeOptions): Promise<RunningServer> {
  const mounted = await prepared(options);
  const running = await listen(mounted);
  if (signal?.aborted === true) {
    await running.close();
    signal.throwIfAborted();
  }
  void mounted.warm().finally(endAhead);
  signal?.addEventListener('abort', () => void running.close(), { once: true });
  return running;
}

/**
 * The server without a socket, for a program that has one. The program controls access and host names; keys are
 * required if `api_keys` is set. @throws as `serve`
 */
export async function mountServer({ signal, ...options }: ServeOptions): Promise<MountableServer> {
  const mounted = await prepared({ ...options, host: '0.0.0.0', open: true });
  void mounted.warm();
  signal?.addEventListener('abort', () => void mounted.close(), { once: true });
  return { app: mounted.app, close: () => mounted.close() };
}

async function prepared(options: Omit<ServeOptions, 'signal'>): Promise<MountedServer> {
  const settings = await settingsOf(options);
  const log = openLog(settings.log);
  const watcher = await openWatcher(settings, log);
  const isShared = settings.registry || settings.training;
  if (isShared) await objectStore().check();
  const registry = isShared ? await openRegistry() : undefined;
  const ledger = registry ?? (settings.api_keys === undefined ? undefined : await openRegistry());
  const memory = availableBytes() * SHARE_OF_MEMORY;
  const training = settings.training ? { trainer } : {};
  try {
    const kept = keptObjects(settings, watcher);
    return await createServer({ settings, opener, memory, log, registry, ledger, watcher, kept, ...training });
  } catch (error) {
    await watcher?.close();
    await ledger?.destroy();
    throw error;
  }
}

async function settingsOf({ config, ...given }: Omit<ServeOptions, 'signal'>): Promise<ServeSettings> {
  const stored = config === undefined ? {} : await readConfig(config);
  const own = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const value = { ...stored, ...own };
  const result = settingsSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, { root: value, schema: settingsSchema });
  throw new AttuneError('E_SERVE_SETTINGS', {
    what:
      config === undefined
        ? 'The server settings are invalid'
        : `The server settings in ${resolve(config)} are invalid`,
    problems,
  });
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'), { logLevel: 'error' });
  } catch (error) {
    throw new AttuneError('E_SERVE_SETTINGS', {
      what: `${path} cannot be read`,
      got: (error as Error).message.split('\n')[0],
      expected: 'settings in YAML',
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new AttuneError('E_SERVE_SETTINGS', {
    what: `${path} contains no settings`,
    expected: 'keys such as models, host and port',
  });
}
