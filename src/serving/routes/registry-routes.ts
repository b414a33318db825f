/** Serves the registry's models: alias changes take effect immediately, without dropping requests. */
import { AttuneError } from '../../base/errors.ts';
import {
  CHAMPION,
  beginCanary,
  earlierChampion,
  endRollout,
  moveAlias,
  outsideChanges,
  saveCounts,
  versionName,
  type Registry,
} from '../../store/registry/index.ts';
import { isLocal, type LocalModel } from '../models/model-table.ts';
import type { ServerParts } from '../server-parts.ts';
import type { Exchange } from '../watch/exchange.ts';
import { isOwnFault } from './signals.ts';
import { MissingChampions } from './missing-champions.ts';
import { Replica } from './replica.ts';
import type { Route } from './route.ts';
import { ShadowQueue } from './shadow-queue.ts';
import { Trial, type Outcome } from './rollout-trial.ts';
import { VersionFiles } from './fetched-versions.ts';
import { servedId, sharedModels, wantedModels, type WantedModel } from './wanted-versions.ts';

export interface RoutesOptions {
  registry: Registry;
  /** Selects the registered models that are served. */
  isWanted: (model: { owner: string | null }) => boolean;
}

type Server = Pick<ServerParts, 'table' | 'pool' | 'opener' | 'admission' | 'log'>;

const POLL = 100;

export class RegistryRoutes {
  readonly #server: Server;
  readonly #options: RoutesOptions;
  readonly #shadows: ShadowQueue;
  /** Versions that have been opened here or existed when the server started. */
  readonly #ready = new Set<string>();
  readonly #replica: Replica;
  readonly missing: MissingChampions;
  readonly #files: VersionFiles;
  readonly #warming = new Set<string>();
  readonly #trials = new Map<number, Trial>();
  #routes = new Map<string, Route>();
  #seen = -1;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(server: Server, options: RoutesOptions) {
    this.#server = server;
    this.#options = options;
    this.missing = new MissingChampions(server, () => this.#routes);
    this.#shadows = new ShadowQueue(() => server.admission.counts.running > 0);
    this.#replica = new Replica(options.registry, this.#ready);
    this.#files = new VersionFiles(server.log, () => void this.refresh());
  }

  /** Loads the registry's routes, and follows it. @throws AttuneError E_REGISTRY */
  async begin(): Promise<void> {
    this.#seen = await outsideChanges(this.#options.registry);
    await this.#refresh(true);
    await this.#replica.beat();
    this.#timer = setInterval(() => void this.#tick(), POLL);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#shadows.close();
    await this.#work.catch(() => undefined);
    try {
      for (const { rollout } of this.#trials.values()) await saveCounts(this.#options.registry, rollout);
      await this.#replica.close();
    } catch (error) {
      this.#told(error);
    }
    await this.#options.registry.destroy();
  }

  /** Called after this process has changed the registry. */
  refresh(): Promise<void> {
    this.#work = this.#work.then(() => this.#refresh(false)).catch((error: unknown) => this.#told(error));
    return this.#work;
  }

  #told(error: unknown): void {
    this.#server.log.error({ err: error }, 'reading the registry failed');
  }

  async #tick(): Promise<void> {
    try {
      const seen = await outsideChanges(this.#options.registry);
      if (seen !== this.#seen || this.#replica.isWaiting) await this.refresh();
      this.#seen = seen;
      await this.#replica.beat();
      await this.missing.retry(() => this.refresh());
      for (const trial of this.#trials.values()) await this.#advance(trial);
    } catch (error) {
      this.#told(error);
    }
  }

  async #refresh(isStart: boolean): Promise<void> {
    const { registry, isWanted } = this.#options;
    const wanted = await wantedModels(registry, isWanted);
    await this.#replica.look();
    await this.#files.follow(wanted, isStart);
    for (const model of wanted) await this.#addVersions(model, isStart);
    this.#followTrials(wanted);
    this.#routes = new Map(wanted.flatMap((model) => this.#routesOf(model)));
    const { table, pool } = this.#server;
    table.setRoutes(this.#routes);
    table.setShared(await sharedModels(registry));
    const ids = new Set(wanted.flatMap((model) => [...model.versions.keys()].map((one) => servedId(model, one))));
    for (const model of table.models) {
      if (model.version === undefined || ids.has(model.id)) continue;
      table.remove(model.id);
      this.#ready.delete(model.id);
      void pool.drop(model);
    }
  }

  async #addVersions(model: WantedModel, isStart: boolean): Promise<void> {
    const { name, owner, user, versions } = model;
    const { table, opener, log } = this.#server;
    for (const [number, version] of versions) {
      const id = servedId(model, number);
      if (table.find(id) !== undefined) continue;
      try {
        const folder = this.#files.folderOf(version);
        if (folder === undefined) continue;
        const facts = await opener.inspect(folder);
        table.put({ id, target: folder, ...facts, version: id, owner, user });
        // At startup no other version is in use, so it is opened on first use like any model.
        if (isStart) this.#ready.add(id);
      } catch (error) {
        log.error({ model: id, err: error }, 'version cannot be served');
        void this.#withdraw(name, number, error);
      }
    }
  }

  #followTrials(wanted: readonly WantedModel[]): void {
    const open = wanted.flatMap(({ rollout }) => rollout ?? []);
    for (const id of this.#trials.keys()) if (!open.some((rollout) => rollout.id === id)) this.#trials.delete(id);
    for (const rollout of open) {
      const known = this.#trials.get(rollout.id);
      const trial = known ?? new Trial(rollout);
      trial.servers = this.#replica.count;
      if (known === undefined) this.#trials.set(rollout.id, trial);
      else Object.assign(known.rollout, { ...rollout, counts: known.rollout.counts });
    }
  }

  /** Routes by name. A version takes effect only once it is open. */
  #routesOf(model: WantedModel): [string, Route][] {
    const { name, aliases, owner, rollout } = model;
    if (owner !== undefined) return [];
    const named = Object.entries(aliases).map(([alias, version]): [string, Route] => [
      `${name}@${alias}`,
      { live: idOf(name, version) },
    ]);
    const champion = aliases[CHAMPION];
    if (champion === undefined) return named;
    const before = this.#routes.get(name);
    const live = this.#isReady(model, champion) ? idOf(name, champion) : (before?.live ?? idOf(name, champion));
    const trial = rollout && this.#trials.get(rollout.id);
    const route: Route = { live };
    if (rollout !== undefined && trial?.broken === undefined && this.#isReady(model, rollout.version)) {
      const share = rollout.stage === 'canary' ? rollout.share : 0;
      route.tried = { id: idOf(name, rollout.version), share, rollout: rollout.id };
    }
    return [[name, route], ...named];
  }

  #isReady({ name }: WantedModel, version: number): boolean {
    const id = idOf(name, version);
    // A route changes only after every server can serve it, so that all of them route alike.
    if (this.#ready.has(id)) return this.#replica.isHeldByOthers(id);
    const model = this.#server.table.find(id);
    if (model !== undefined && isLocal(model) && !this.#warming.has(id)) void this.#warm(name, version, model);
    return false;
  }

  /** Opens a version before it receives requests; a version that cannot be opened is withdrawn. */
  async #warm(name: string, version: number, model: LocalModel): Promise<void> {
    this.#warming.add(model.id);
    try {
      (await this.#server.pool.lease(model))[Symbol.dispose]();
      this.#ready.add(model.id);
      await this.#replica.beat();
      await this.refresh();
    } catch (error) {
      await this.#withdraw(name, version, error);
    } finally {
      this.#warming.delete(model.id);
    }
  }

  /** Withdraws a version that fails to open through its own fault: ends its rollout or restores the previous champion. */
  async #withdraw(name: string, version: number, error: unknown): Promise<void> {
    const { registry } = this.#options;
    const reason = `${idOf(name, version)} cannot be loaded: ${firstLine(error)}`;
    try {
      const trial = [...this.#trials.values()].find(
        (one) => idOf(one.rollout.model, one.rollout.version) === idOf(name, version),
      );
      if (trial !== undefined) await this.#rollBack(trial, reason);
      else {
        const [model] = (await wantedModels(registry, this.#options.isWanted)).filter((one) => one.name === name);
        if (model?.aliases[CHAMPION] !== version) return;
        const earlier = await earlierChampion(registry, name);
        await moveAlias(registry, {
          model: name,
          alias: CHAMPION,
          version: earlier,
          action: 'rolled back',
          reason,
          by: 'server',
        });
        await this.refresh();
      }
    } catch (failure) {
      // The alias stays unchanged, and the version is retried.
      if (failure instanceof AttuneError && failure.code === 'E_NO_ROLLBACK')
        this.#server.log.error({ model: name, reason }, 'a name has no version that can be loaded');
      else this.#told(failure);
    }
  }

  async #rollBack(trial: Trial, reason: string): Promise<void> {
    const { rollout } = trial;
    trial.broken ??= reason;
    // Stops routing requests to the version; the registry is updated next.
    const route = this.#routes.get(rollout.model);
    if (route !== undefined) this.#routes.set(rollout.model, { live: route.live });
    this.#server.log.error({ model: versionName(rollout), reason }, 'version rolled back');
    await saveCounts(this.#options.registry, rollout);
    await endRollout(this.#options.registry, rollout, { outcome: 'rolled back', reason, by: 'server' });
    await this.refresh();
  }

  async #advance(trial: Trial): Promise<void> {
    const { registry } = this.#options;
    const { rollout } = trial;
    if (trial.isChanged) {
      trial.isChanged = false;
      await saveCounts(registry, rollout);
    }
    const next = trial.next(Date.now());
    if (next === undefined) return;
    this.#server.log.info({ model: versionName(rollout), ...next }, 'rollout');
    if (next.stage === 'canary') await beginCanary(registry, rollout, next.reason);
    else await endRollout(registry, rollout, { outcome: 'promoted', reason: next.reason, by: 'server' });
    await this.refresh();
  }

  /** Called with every completed request. */
  observe(exchange: Exchange, status: number, error?: unknown): void {
    const id = exchange.model?.version;
    if (id === undefined) return;
    const outcome = { exchange, status, error };
    for (const trial of this.#trials.values()) {
      const { rollout } = trial;
      if (trial.broken !== undefined) continue;
      if (id === idOf(rollout.model, rollout.version)) trial.observeTried(outcome);
      else if (id === idOf(rollout.model, rollout.from)) this.#beside(trial, outcome);
      if (trial.broken !== undefined) void this.#rollBack(trial, trial.broken);
    }
  }

  #beside(trial: Trial, outcome: Outcome): void {
    trial.observeLive(outcome);
    const { exchange, status } = outcome;
    const { replay } = exchange;
    const isAble = status === 200 && replay !== undefined && this.#routes.get(trial.rollout.model)?.tried !== undefined;
    if (!trial.wantsPairs || !isAble) return;
    this.#shadows.add(async () => {
      if (!trial.wantsPairs) return;
      const tried = await replay(versionName(trial.rollout));
      // Only failures of the version itself count.
      if (tried.status !== 200 && !isOwnFault(tried.error)) return;
      trial.observePair(outcome, tried);
      if (trial.broken !== undefined) await this.#rollBack(trial, trial.broken);
    });
  }
}

function idOf(model: string, version: number): string {
  return versionName({ model, version });
}

function firstLine(error: unknown): string {
  const cause = (error as Error).cause ?? error;
  return String((cause as Error).message ?? cause).split('\n', 1)[0];
}
