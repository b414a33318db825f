import type { ConstraintCompiler } from '@attune/constraint';
import type { FairTurns } from '../base/fair-turns.ts';
import type { ApiKeys } from './access/api-keys.ts';
import type { AdapterFolder } from './models/adapter-folder.ts';
import type { Admission } from './models/admission.ts';
import type { ModelPool } from './models/model-pool.ts';
import type { ModelTable } from './models/model-table.ts';
import type { Opener } from './models/opened.ts';
import type { RetriedWork } from './replies/retried-work.ts';
import type { ServeSettings } from './server-settings.ts';
import type { Exchange } from './watch/exchange.ts';
import type { Registry } from '../store/registry/index.ts';
import type { RateLimits } from './usage/rate-limits.ts';
import type { UsageMeter } from './usage/usage-meter.ts';
import type { ServeLog } from './watch/log.ts';
import type { KeptStore, Watcher } from '../monitoring/index.ts';
import type { TrainingParts } from './training/training-parts.ts';
import type { ServeMetrics } from './watch/metrics.ts';
import type { Telemetry } from './watch/telemetry.ts';
import type { RegistryRoutes } from './routes/registry-routes.ts';
import type { StoreSweep } from './routes/store-sweep.ts';

/** State that all requests of a server share. */
export interface ServerParts {
  settings: ServeSettings;
  table: ModelTable;
  pool: ModelPool;
  opener: Opener;
  /** Present if a folder of adapters is served. */
  adapterFolder?: AdapterFolder;
  admission: Admission;
  /** Checks schemas that clients send. */
  constraints: ConstraintCompiler;
  /** Fair turns for grading, which computes one score at a time. */
  grading: FairTurns;
  retried: RetriedWork;
  /** Store of responses, chat completions and conversations. */
  kept: KeptStore;
  keys?: ApiKeys;
  /** Rate limits and usage of keys. */
  rates: RateLimits;
  usage: UsageMeter;
  /** Database of usage; undefined on a server without keys and registry. */
  ledger?: Registry;
  log: ServeLog;
  metrics: ServeMetrics;
  telemetry: Telemetry;
  /** Present if answers are monitored. */
  watcher?: Watcher;
  /** Present if files and jobs are accepted. */
  training?: TrainingParts;
  /** Present if registered models are served. */
  routes?: RegistryRoutes;
  /** Present if there is a registry. */
  sweep?: StoreSweep;
  /** Records a completed request. */
  finish(exchange: Exchange, status: number, error?: unknown): void;
  /** OpenAPI document of the server, built on first use. */
  document(): object;
  /** Lifecycle of the server. */
  state: { isReady: boolean; isDraining: boolean };
}
