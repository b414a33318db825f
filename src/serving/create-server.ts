/** Creates a server from settings, without a socket, so that another program can mount it. */
import type { Hono } from 'hono';
import { MOST_CACHE_BYTES } from '../answering/decoding/cache-size.ts';
import { AttuneError } from '../base/errors.ts';
import { FairTurns } from '../base/fair-turns.ts';
import { ConstraintCompiler, type CompileLimits } from '@attune/constraint';
import { ApiError } from './api-error.ts';
import { ApiKeys } from './access/api-keys.ts';
import { isLoopback } from './access/origins.ts';
import { createApp } from './app.ts';
import { AdapterFolder } from './models/adapter-folder.ts';
import { Admission } from './models/admission.ts';
import { KeptInMemory } from './kept/kept-in-memory.ts';
import { ModelPool } from './models/model-pool.ts';
import { ModelTable, type NamedTarget } from './models/model-table.ts';
import type { Opener } from './models/opened.ts';
import type { Registry } from '../store/registry/index.ts';
import { RetriedWork } from './replies/retried-work.ts';
import { RegistryRoutes } from './routes/registry-routes.ts';
import { StoreSweep } from './routes/store-sweep.ts';
import { openTraining } from './training/open-training.ts';
import type { Trainer } from './training/training-interface.ts';
import type { ServerParts } from './server-parts.ts';
import { bytesOf } from '../base/byte-size.ts';
import { millisecondsOf } from '../base/duration.ts';
import type { LimitSettings, ServeSettings } from './server-settings.ts';
import type { KeptStore, Watcher } from '../monitoring/index.ts';
import type { Exchange } from './watch/exchange.ts';
import { describeExchange, openLog, type ServeLog } from './watch/log.ts';
import { RateLimits } from './usage/rate-limits.ts';
import { UsageMeter } from './usage/usage-meter.ts';
import { ServeMetrics } from './watch/metrics.ts';
import { isUpstream, upstreamModels } from './upstream/upstream-models.ts';
import { servedAnswers } from './watch/served-answers.ts';
import { telemetryOf } from './watch/telemetry.ts';

export interface ServerOptions {
  settings: ServeSettings;
  opener: Opener;
  /** Default limit on the bytes of open weights. */
  memory: number;
  log?: ServeLog;
  /** Monitors answers. Closed with the server. */
  watcher?: Watcher;
  /** Present if registered models are served or jobs are accepted. */
  registry?: Registry;
  /** Database in which usage is recorded: the registry, even if it is not served. Closed with the server. */
  ledger?: Registry;
  /** Runs training jobs. */
  trainer?: Trainer;
  /** Store of responses, completions and conversations; default: in memory. */
  kept?: KeptStore;
}

/** A server independent of its transport. */
export interface MountedServer {
  parts: ServerParts;
  app: Hono;
  /** Opens as many models as the memory budget allows; requests are served meanwhile. */
  warm(): Promise<void>;
  /** Rejects new requests, completes those in flight, and closes the models. */
  close(): Promise<void>;
}

/**
 * @throws AttuneError E_SERVE_OPEN, E_SERVE_EMPTY, E_SERVE_NAMES, E_API_KEYS, and reasons why a model cannot be
 * opened
 */
export async function createServer({ log, ...options }: ServerOptions): Promise<MountedServer> {
  const { watcher, registry, trainer } = options;
  const parts = await partsOf({ log: log ?? openLog(options.settings.log), ...options });
  if (watcher !== undefined) parts.metrics.watch({ alarms: () => watcher.loudAlarms(), lost: () => watcher.lost });
  if (registry !== undefined) await followRegistry(parts, registry, trainer);
  return mount(parts);
}

async function partsOf(options: ServerOptions & { log: ServeLog }): Promise<ServerParts> {
  const { settings, opener, log, watcher, registry, ledger = registry, kept = new KeptInMemory() } = options;
  const keys = keysOf(settings, log);
  const table = await ModelTable.of(
    settings.models.map(namedTarget),
    settings.aliases,
    opener,
    upstreamModels(settings),
  );
  for (const adapter of settings.adapters.map(namedTarget)) table.register(adapter);
  checkFallbacks(settings, table, registry);
  const pool = poolOf(settings, options);
  const folder = settings.adapter_folder && new AdapterFolder(settings.adapter_folder, { table, pool, opener, log });
  if (folder) await folder.begin();
  if (table.size === 0 && registry === undefined && !folder) throw nothingToServe();
  const { admission, ...shares } = await sharesOf(settings, ledger, log);
  const parts: ServerParts = {
    settings,
    table,
    pool,
    opener,
    ...(folder && { adapterFolder: folder }),
    admission,
    ...shares,
    retried: new RetriedWork(),
    kept,
    keys,
    ...(ledger !== undefined && { ledger }),
    log,
    metrics: new ServeMetrics({ table, admission, isOpen: (model) => pool.isOpen(model) }),
    telemetry: await telemetryOf(settings.otlp),
    ...(watcher !== undefined && { watcher }),
    document: () => ({}),
    finish: (exchange, status, error) => finish(parts, exchange, status, error),
    state: { isReady: false, isDraining: false },
  };
  return parts;
}

/** Rate limits and usage of keys. */
async function sharesOf(settings: ServeSettings, ledger: Registry | undefined, log: ServeLog) {
  const usage = new UsageMeter(ledger, log);
  await usage.begin();
  return {
    admission: new Admission(settings.max_queue),
    constraints: new ConstraintCompiler(undefined, compileLimits(settings.limits)),
    grading: new FairTurns({ places: 1 }),
    rates: new RateLimits(settings.rate, usage),
    usage,
  };
}

function mount(parts: ServerParts): MountedServer {
  return {
    parts,
    app: createApp(parts),
    warm: () => warm(parts),
    close: () => close(parts),
  };
}

async function warm({ pool, table, state, watcher }: ServerParts): Promise<void> {
  await pool.warm(table.models);
  state.isReady = true;
  await watcher?.prepare();
}

/** Serves registered versions, and accepts jobs if there is a trainer. */
async function followRegistry(parts: ServerParts, registry: Registry, trainer: Trainer | undefined): Promise<void> {
  const { settings } = parts;
  const isWanted = ({ owner }: { owner: string | null }) => (owner === null ? settings.registry : settings.training);
  const routes = new RegistryRoutes(parts, { registry, isWanted });
  await routes.begin();
  parts.routes = routes;
  if (trainer !== undefined) parts.training = openTraining(parts, { registry, trainer, routes });
  parts.sweep = new StoreSweep(registry, parts.log, bytesOf(settings.max_cache));
  parts.sweep.begin();
}

function namedTarget(entry: string | NamedTarget): NamedTarget {
  return typeof entry === 'string' ? { target: entry } : entry;
}

function poolOf(
  settings: ServeSettings,
  { opener, memory, log }: Pick<ServerOptions, 'opener' | 'memory'> & { log: ServeLog },
): ModelPool {
  const {
    memory: given,
    precision,
    device,
    storage,
    trained_defaults: trainedDefaults,
    limits,
    keep_alive: life,
  } = settings;
  const budget = given === undefined ? memory : bytesOf(given);
  const opening = {
    precision,
    device,
    storage,
    trainedDefaults,
    cacheBytes: cacheBytesOf(settings),
    constraints: compileLimits(limits),
  };
  const idleMilliseconds = life === undefined ? undefined : millisecondsOf(life);
  return new ModelPool({ opener, log, budget, mostAdapters: settings.max_loaded_adapters, idleMilliseconds, opening });
}

/** Memory for one model's keys and values; undefined to let its process choose by what is free. */
function cacheBytesOf({ kv_cache: cache, memory }: ServeSettings): number | undefined {
  if (cache !== undefined) return bytesOf(cache);
  return memory === undefined ? undefined : Math.min(bytesOf(memory) / 8, MOST_CACHE_BYTES);
}

function compileLimits({ constraint_seconds: seconds, constraint_memory: memory }: LimitSettings): CompileLimits {
  return { seconds, memoryBytes: bytesOf(memory) };
}

function keysOf({ api_keys: file, host, open }: ServeSettings, log: ServeLog): ApiKeys | undefined {
  if (file !== undefined)
    return new ApiKeys(file, {
      onRead: (keys) => log.info({ file, keys }, 'API keys reloaded'),
      onBroken: (error) => log.error({ file, err: error }, 'API keys cannot be read: the previous keys stay in force'),
    });
  if (isLoopback(host) || open) return undefined;
  throw new AttuneError('E_SERVE_OPEN', {
    what: `A server on ${host} would be open to others`,
    got: 'no API key file',
    fix: 'create a key with `attune keys create NAME --file keys.yaml` and pass --api-keys keys.yaml, or pass --open',
  });
}

/** @throws AttuneError E_SERVE_SETTINGS */
function checkFallbacks({ fallbacks }: ServeSettings, table: ModelTable, registry: Registry | undefined): void {
  const problems = Object.entries(fallbacks).flatMap(([name, to]) => {
    const field = `fallbacks.${name}`;
    if (!isUpstream(table.find(to))) return [{ field, message: `${to} is not one of the upstreams` }];
    // The registry may add the name later.
    return registry !== undefined || table.find(name) !== undefined
      ? []
      : [{ field, message: 'is not a model served here' }];
  });
  if (problems.length === 0) return;
  throw new AttuneError('E_SERVE_SETTINGS', { what: 'The server settings are invalid', problems });
}

function nothingToServe(): AttuneError {
  return new AttuneError('E_SERVE_EMPTY', {
    what: 'There are no models to serve',
    expected: 'a run, an adapter, a model folder or a known name',
    fix: 'give one: attune serve attune-base',
  });
}

/** Called once per request, whatever its outcome. */
function finish(
  { log, metrics, telemetry, routes, usage, watcher }: ServerParts,
  exchange: Exchange,
  status: number,
  error?: unknown,
): void {
  if (exchange.isOver || exchange.isShadow) return;
  exchange.isOver = true;
  usage.observe(exchange);
  exchange.admittance?.settle((exchange.counts?.prompt ?? 0) + (exchange.counts?.answer ?? 0));
  routes?.observe(exchange, status, error);
  metrics.observe(exchange, status);
  telemetry.observe(exchange, status);
  if (watcher !== undefined) for (const answer of servedAnswers(exchange, status)) watcher.observe(answer);
  const entry = { ...describeExchange(exchange), status };
  if (PROBES.has(exchange.path)) log.debug(entry, 'request');
  else if (status < 500) log.info(entry, 'request');
  // An ApiError without a cause is an expected state of the server.
  else if (error instanceof ApiError && error.cause === undefined)
    log.warn({ ...entry, code: error.code }, 'request refused');
  else log.error({ ...entry, err: (error as Error | undefined)?.cause ?? error }, 'request failed');
}

/** Health checks and metrics, polled every few seconds. */
const PROBES = new Set(['/health', '/ready', '/metrics']);

const POLL_MILLISECONDS = 50;

async function close(parts: ServerParts): Promise<void> {
  const {
    state,
    adapterFolder,
    admission,
    ledger,
    pool,
    routes,
    settings,
    sweep,
    telemetry,
    training,
    usage,
    watcher,
  } = parts;
  state.isDraining = true;
  const deadline = Date.now() + settings.drain_seconds * 1000;
  while (admission.counts.running > 0 && Date.now() < deadline)
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MILLISECONDS);
    });
  await training?.evals.close();
  await training?.batches.close();
  await training?.queue.close();
  await training?.webhooks.close();
  await sweep?.close();
  await adapterFolder?.close();
  await usage.close();
  if (routes === undefined) await ledger?.destroy();
  await routes?.close();
  await pool.close();
  await telemetry.close();
  await watcher?.close();
}
