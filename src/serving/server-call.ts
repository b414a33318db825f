/** A request while the server processes it. */
import { resolve } from 'node:path';
import type { ApiKey } from './access/api-keys.ts';
import { ApiError, clientGone, modelNotFound } from './api-error.ts';
import { toApiError, type FieldNames } from './attune-errors.ts';
import type { Admitted } from './models/admission.ts';
import type { ModelKind } from './models/opened.ts';
import type { Lease } from './models/model-pool.ts';
import type { ServedModel } from './models/model-table.ts';
import type { Asker } from './routes/route.ts';
import type { ServerParts } from './server-parts.ts';
import { ownerOf } from '../monitoring/traces/trace-writer.ts';
import { personalName } from '../store/registry/index.ts';
import type { Exchange } from './watch/exchange.ts';

export interface CallParts<Body> {
  server: ServerParts;
  request: Request;
  body: Body;
  /** Path parameters. */
  params: Readonly<Record<string, string>>;
  key?: ApiKey;
  exchange: Exchange;
  /** Hash of the request's content, used to recognise retries. */
  fingerprint: string;
  fields: FieldNames;
  /** Whether the call goes to a model's fallback; permission for the requested model is enough. */
  isFallback?: boolean;
}

const DOING: Readonly<Record<ServedModel['kind'], string>> = {
  text: 'generates text: use /v1/chat/completions or /v1/completions',
  speech: 'transcribes recordings: use /v1/audio/transcriptions',
  rows: 'classifies rows: use /v1/classify',
  vectors: 'embeds text: use /v1/embeddings or /v1/rerank',
  items: 'recommends items: use /v1/recommend',
  upstream: 'belongs to another server: use /v1/chat/completions, /v1/completions, /v1/responses or /v1/embeddings',
};

export class Call<Body = unknown> implements CallParts<Body> {
  readonly server: ServerParts;
  readonly request: Request;
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  readonly key: ApiKey | undefined;
  readonly exchange: Exchange;
  readonly fingerprint: string;
  readonly fields: FieldNames;
  readonly isFallback: boolean;

  constructor(parts: CallParts<Body>) {
    this.server = parts.server;
    this.request = parts.request;
    this.body = parts.body;
    this.params = parts.params;
    this.key = parts.key;
    this.exchange = parts.exchange;
    this.fingerprint = parts.fingerprint;
    this.fields = parts.fields;
    this.isFallback = parts.isFallback === true;
  }

  /** The same call, directed to a model's fallback upstream. */
  fallingBack(model: string): Call<Body> {
    const { adapter_id: _, ...body } = this.body as Record<string, unknown>;
    return new Call({ ...this, body: { ...body, model } as Body, isFallback: true });
  }

  get id(): string {
    return this.exchange.id;
  }

  /** Server folders, each with the text that replaces it in messages to clients. */
  get hidden(): ReadonlyMap<string, string> {
    return new Map(
      this.server.table.models.flatMap(({ id, folder, baseFolder, target }) => [
        [folder, id] as const,
        [resolve(target), id] as const,
        ...(baseFolder === undefined ? [] : [[baseFolder, `the base of ${id}`] as const]),
      ]),
    );
  }

  /** Converts any failure to an API error; 499 if the client has disconnected. */
  told(error: unknown): ApiError {
    return this.request.signal.aborted ? clientGone() : toApiError(error, this.fields, this.hidden);
  }

  /** Called once per call, when the answer is complete or has failed. */
  end(status: number, error?: unknown): void {
    this.server.finish(this.exchange, status, error);
  }

  /** Whether this request's key may use a model under any of these names. */
  mayUse(...names: string[]): boolean {
    const { models } = this.key ?? {};
    return models === undefined || names.some((name) => models.includes(name));
  }

  /** Whether a model is public, shared with this request's key, or owned by the key or its user. */
  mayKnow({ id, owner, user }: ServedModel): boolean {
    if (user !== undefined && user !== this.#person) return false;
    return owner === undefined || owner === this.owner || this.server.table.isShared(id, this.owner);
  }

  /** Pseudonym of the key's user. Never taken from the body, where a client could write any name. */
  get #person(): string | undefined {
    const { key, server } = this;
    return key?.user === undefined ? undefined : server.watcher?.store.keys.hash(ownerOf({ user: key.user }));
  }

  /** The user's own model instead of a version of a shared one. A trial gets a share of the user's requests. */
  #ownModel(shared: ServedModel | undefined): ServedModel | undefined {
    const owner = shared?.version === undefined ? undefined : this.#person;
    if (owner === undefined) return undefined;
    const { wanted } = this.#asker;
    return this.server.table.find(personalName({ shared: shared!.version!, owner }), { wanted });
  }

  /** All model names that this request's key may use, including models that it created. */
  get seen(): readonly { name: string; model: ServedModel }[] {
    return this.server.table.names.filter(
      ({ name, model }) =>
        model.user === undefined && (model.owner !== undefined || this.mayUse(name, model.id)) && this.mayKnow(model),
    );
  }

  /** Owner of the objects that this request creates; on a server without keys, the same owner for all. */
  get owner(): string {
    return this.key?.name ?? '';
  }

  /** Waits for a turn at a model, which lasts until the result is disposed. @throws ApiError 429 */
  admit(asked: Omit<Admitted, 'owner'>): Promise<Disposable> {
    return this.server.admission.enter({ ...asked, owner: this.owner });
  }

  get #knownNames(): string[] {
    return this.seen.map(({ name }) => name);
  }

  get #asker(): Asker {
    const { user, safety_identifier: person, prompt_cache_key: group } = (this.body ?? {}) as Record<string, unknown>;
    const name = [user, person, group, this.key?.name].find((one) => typeof one === 'string');
    const wanted = this.request.headers.get('x-attune-route') ?? undefined;
    return { ...(name !== undefined && { name: name as string }), ...(wanted !== undefined && { wanted }) };
  }

  /** Resolves a served model of one of the kinds. @throws ApiError 400, 403, 404, 503 */
  model<Kind extends ServedModel['kind']>(name: string, ...kinds: Kind[]): ServedModel & { kind: Kind } {
    const shared = this.server.table.find(name, this.#asker);
    const model = this.#ownModel(shared) ?? shared;
    // A key that is restricted to certain models cannot find out about others.
    const isOwned = model?.owner !== undefined;
    if (!this.isFallback && !isOwned && !this.mayUse(name, ...(shared === undefined ? [] : [shared.id])))
      throw notForKey(name);
    if (model === undefined && this.server.routes?.missing.has(name) === true) throw missingChampion(name);
    if (model === undefined || !this.mayKnow(model)) throw modelNotFound(name, this.#knownNames);
    this.exchange.of(model, this.isFallback ? (this.exchange.askedFor ?? name) : name);
    if ((kinds as ServedModel['kind'][]).includes(model.kind)) return model as ServedModel & { kind: Kind };
    const message = `The model '${name}' ${DOING[model.kind]}.`;
    throw new ApiError(400, { message, param: 'model', code: 'unsupported_model' });
  }

  /** Opens a model if necessary and holds it until the lease is disposed. @throws ApiError 503 */
  lease<Kind extends ModelKind>(model: ServedModel & { kind: Kind }): Promise<Lease<Kind>> {
    return this.server.pool.lease(model);
  }
}

/** A temporary error: the files may become available again. */
function missingChampion(name: string): ApiError {
  const message = `The files of the model '${name}' are missing at the moment; the server checks every minute.`;
  return new ApiError(503, { message, param: 'model', code: 'model_unavailable', headers: { 'retry-after': '60' } });
}

function notForKey(name: string): ApiError {
  const message = `This key has no permission to use the model '${name}'.`;
  return new ApiError(403, { message, param: 'model', code: 'model_not_allowed' });
}
