/** Names of served models and their targets. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { chooseVersion, type Asker, type Route } from '../routes/route.ts';
import type { ModelKind, Opener, TargetFacts } from './opened.ts';
import type { Endpoint } from '../../scoring/endpoint/endpoint.ts';

export interface Upstream {
  endpoint: Endpoint;
  /** Timeout in seconds without receiving a byte. */
  seconds: number;
}

/** A model or an adapter under its own name. */
export interface ServedModel extends Omit<TargetFacts, 'kind'> {
  id: string;
  kind: ModelKind | 'upstream';
  /** Remote server that answers for this model, which then has no local files. */
  upstream?: Upstream;
  target: string;
  /** For adapters of generative models: the base in whose process they run, under its served name if it has one. */
  base?: ServedModel & { kind: 'text' };
  /** For versions of the registry: the version's name, `tickets@3`. */
  version?: string;
  /** API key that created it; other keys cannot see it. */
  owner?: string;
  /** Pseudonym of the user who owns the model, which answers only requests with that user's keys. */
  user?: string;
  /** Whether it is opened on the first request instead of at startup. */
  isLazy?: boolean;
}

/** A model opened on this server. */
export type LocalModel = ServedModel & { kind: ModelKind };

export function isLocal(model: ServedModel): model is LocalModel {
  return model.kind !== 'upstream';
}

export interface NamedTarget {
  /** Default: the last component of the target's path. */
  name?: string;
  target: string;
}

/** Prefix of a base that is not served itself; no request can name it. */
const HIDDEN = '\0';

export class ModelTable {
  readonly #models = new Map<string, ServedModel>();
  readonly #aliases = new Map<string, string>();
  /** Loadable adapters by name: requests can only use these names, never a path. */
  readonly #registered = new Map<string, string>();
  #routes: ReadonlyMap<string, Route> = new Map();
  /** Names of the API keys that may use a model besides its owner. */
  #shared: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  /** Inspects every target. @throws AttuneError E_SERVE_NAMES, E_MODEL_MISSING and other reasons why a target cannot be opened */
  static async of(
    named: readonly NamedTarget[],
    aliases: Readonly<Record<string, string>>,
    opener: Opener,
    upstreams: readonly ServedModel[] = [],
  ): Promise<ModelTable> {
    const table = new ModelTable();
    for (const model of upstreams) table.put(model);
    for (const { name, target } of named) await table.add({ name: name ?? defaultName(target), target }, opener);
    for (const [alias, to] of Object.entries(aliases)) await table.#addAlias(alias, to, opener);
    return table;
  }

  async add({ name, target }: Required<NamedTarget>, opener: Opener): Promise<void> {
    if (this.#models.has(name) || this.#aliases.has(name)) throw nameTaken(name);
    const model: ServedModel = { id: name, target, ...(await opener.inspect(target)) };
    this.#models.set(name, model);
    if (model.baseFolder !== undefined) this.register({ name, target });
  }

  /** Facts about a target that is not being served yet. */
  async inspect({ name, target }: Required<NamedTarget>, opener: Opener): Promise<LocalModel> {
    return this.#withBase({ id: name, target, ...(await opener.inspect(target)) }) as LocalModel;
  }

  /** Serves a model whose facts are known. */
  put(model: ServedModel): void {
    this.#models.set(model.id, model);
  }

  /** Sets the routes of registered names. Routes to models that are not served are ignored. */
  setRoutes(routes: ReadonlyMap<string, Route>): void {
    this.#routes = routes;
  }

  setShared(shared: ReadonlyMap<string, ReadonlySet<string>>): void {
    this.#shared = shared;
  }

  isShared(id: string, key: string): boolean {
    return this.#shared.get(id)?.has(key) === true;
  }

  /** Registers an adapter, which requests can then load. */
  register({ name, target }: NamedTarget): void {
    this.#registered.set(name ?? defaultName(target), target);
  }

  /** The target that is registered under a name. */
  registered(name: string): string | undefined {
    return this.#registered.get(name);
  }

  remove(id: string): void {
    this.#models.delete(id);
    for (const [alias, to] of this.#aliases) if (to === id) this.#aliases.delete(alias);
  }

  /** Adds an alias of a served model; an unserved target is served under the alias. */
  async #addAlias(alias: string, to: string, opener: Opener): Promise<void> {
    const served = [...this.#models.values()].find(({ id, target }) => id === to || target === to);
    if (served === undefined) await this.add({ name: alias, target: to }, opener);
    else if (this.#models.has(alias) || this.#aliases.has(alias)) throw nameTaken(alias);
    else this.#aliases.set(alias, served.id);
  }

  get size(): number {
    return this.#models.size;
  }

  /** Local models by their own names, in configuration order. */
  get models(): readonly LocalModel[] {
    return this.#all.filter(isLocal);
  }

  get #all(): ServedModel[] {
    return [...this.#models.values()].map((model) => this.#withBase(model));
  }

  /** All names with their models, aliases last. */
  get names(): readonly { name: string; model: ServedModel }[] {
    const aliases = [...this.#aliases].map(([name, id]) => ({ name, model: this.#withBase(this.#models.get(id)!) }));
    const routes = [...this.#routes].flatMap(([name, { live }]) => {
      const model = this.#models.get(live);
      return model === undefined || this.#models.has(name) ? [] : [{ name, model: this.#withBase(model) }];
    });
    return [...this.#all.map((model) => ({ name: model.id, model })), ...aliases, ...routes];
  }

  #withBase(model: ServedModel): ServedModel {
    const { baseFolder: folder, baseBytes: bytes = 0, kind } = model;
    if (folder === undefined || kind !== 'text') return model;
    const served = [...this.#models.values()].find((other) => other.folder === folder);
    const { task, created } = model;
    const base = served ?? { id: `${HIDDEN}${folder}`, target: folder, folder, kind, task, bytes, created };
    return { ...model, base: base as ServedModel & { kind: 'text' } };
  }

  /** Resolves a name, an alias, `base:adapter`, or a registered name, which may resolve to different versions for different clients. */
  find(name: string, asker: Asker = {}): ServedModel | undefined {
    const found = this.#find(name, asker);
    if (found !== undefined) return this.#withBase(found);
    for (let colon = name.indexOf(':'); colon > 0; colon = name.indexOf(':', colon + 1)) {
      const [base, adapter] = [this.#find(name.slice(0, colon)), this.#find(name.slice(colon + 1))];
      if (base !== undefined && adapter !== undefined && adapter.baseFolder === base.folder)
        return this.#withBase(adapter);
    }
    return undefined;
  }

  #find(name: string, asker: Asker = {}): ServedModel | undefined {
    const known = this.#models.get(name) ?? this.#models.get(this.#aliases.get(name) ?? '');
    const route = known === undefined ? this.#routes.get(name) : undefined;
    return route === undefined ? known : this.#models.get(chooseVersion(route, asker));
  }
}

/** A model's display name; for a base that is not served itself, the name of its folder. */
export function shownName({ id }: Pick<ServedModel, 'id'>): string {
  return id.startsWith(HIDDEN) ? basename(id.slice(HIDDEN.length)) : id;
}

/** `tickets` for `runs/tickets`; names of the hub or the package are unchanged. */
export function defaultName(target: string): string {
  return existsSync(target) ? basename(resolve(target)) : target;
}

function nameTaken(name: string): AttuneError {
  return new AttuneError('E_SERVE_NAMES', {
    what: `Two models have the same name: ${name}`,
    expected: 'a unique name for each',
    fix: 'serve one of them under another name only: --alias NAME=TARGET',
  });
}
