import { AttuneError } from '../../../base/errors.ts';
import { unknownAdapter, type Batcher } from '../../decoding/index.ts';
import type { Tokenizer } from '../../../models/text/index.ts';
import type { OpenedModel } from '../../model/open-model.ts';
import { SharedTokenizers } from './adapter-files.ts';
import { openShared, type KnownAdapter, type SharedAdapter } from './open-shared.ts';

/** Public facts about an installed adapter. */
export interface InstalledAdapter {
  id: string;
  /** SHA-256 of its tensors, configuration and chat template, independent of its name. */
  identity: string;
  /** Memory that it takes while in use. */
  bytes: number;
  folder: string;
}

/** Holds an adapter in the batcher's memory while requests need it. */
export interface AdapterLease {
  /** Unique per load: a reused adapter name never maps to an old one. */
  key: string;
  tokenizer: Tokenizer;
  folder: string;
  /** For tokens outside the batcher, such as an encoder's. */
  owner: SharedAdapter['owner'];
  release(): void;
}

/** One adapter under a name, until the name is reassigned. */
interface Entry {
  about: InstalledAdapter;
  known: KnownAdapter;
  /** Undefined while its weights are only on disk. */
  loaded: Promise<Placed> | undefined;
  /** Number of requests that use it. */
  users: number;
  /** Set once it takes no further requests; called when the last one has ended. */
  onIdle?: () => void;
}

type Placed = SharedAdapter & { key: string };

/**
 * Adapters that a session's requests can name. Their weights stay in memory within a budget: beyond it, unused ones
 * are evicted, least recently used first, and reloaded by the next request.
 */
export class AdapterShelf {
  readonly #base: OpenedModel;
  readonly #batcher: Batcher;
  readonly #budget: number;
  /** Ordered by use, most recently used last. */
  readonly #entries = new Map<string, Entry>();
  readonly #tokenizers = new SharedTokenizers();
  #loads = 0;

  constructor(parts: { base: OpenedModel; batcher: Batcher; budget: number }) {
    this.#base = parts.base;
    this.#batcher = parts.batcher;
    this.#budget = parts.budget;
  }

  /** Number of times that weights were read from disk. */
  get loads(): number {
    return this.#loads;
  }

  /** Bytes of installed adapters in memory. */
  get bytes(): number {
    return this.#inMemory().reduce((sum, { about }) => sum + about.bytes, 0);
  }

  /**
   * Installs an adapter under a name after full validation. An adapter already under that name takes no further
   * requests and is disposed after its last answer. @throws as `openShared` does
   */
  async install(id: string, target: string): Promise<InstalledAdapter> {
    if (this.#base.tuning !== undefined) throw notBase(this.#base);
    const shared = await this.#open(target);
    const { folder, identity, bytes } = shared;
    const about = { id, identity, bytes, folder };
    const before = this.#entries.get(id);
    this.#entries.delete(id);
    const { stamp, tokenizer } = shared;
    const known = { folder, identity, stamp, tokenizer };
    this.#entries.set(id, { about, known, loaded: Promise.resolve(this.#place(shared)), users: 0 });
    if (before !== undefined) void this.#retire(before);
    await this.#tidy();
    return about;
  }

  /**
   * Removes an adapter; resolves when its last answers are finished and its memory is free. @throws E_ADAPTER_UNKNOWN
   */
  async remove(id: string): Promise<void> {
    const entry = this.#entryOf(id);
    this.#entries.delete(id);
    await this.#retire(entry);
  }

  /** Keeps an adapter in memory until the lease is released. @throws E_ADAPTER_UNKNOWN, E_ADAPTER_CHANGED */
  async take(id: string): Promise<AdapterLease> {
    const entry = this.#entryOf(id);
    entry.users++;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    try {
      entry.loaded ??= this.#reload(entry);
      const { key, tokenizer, owner, folder } = await entry.loaded;
      await this.#tidy();
      return { key, tokenizer, folder, owner, release: () => this.#release(entry) };
    } catch (error) {
      this.#release(entry);
      throw error;
    }
  }

  #release(entry: Entry): void {
    if (--entry.users === 0) entry.onIdle?.();
    void this.#tidy();
  }

  async #retire(entry: Entry): Promise<void> {
    if (entry.users > 0) await new Promise<void>((resolve) => (entry.onIdle = resolve));
    await this.#unload(entry);
  }

  #open(target: string, known?: KnownAdapter): Promise<SharedAdapter> {
    this.#loads++;
    return openShared(this.#base, target, { tokenizers: this.#tokenizers, known });
  }

  async #reload(entry: Entry): Promise<Placed> {
    try {
      return this.#place(await this.#open(entry.known.folder, entry.known));
    } catch (error) {
      entry.loaded = undefined;
      throw error;
    }
  }

  #place(shared: SharedAdapter): Placed {
    const { owner, tokenizer, dispose } = shared;
    const { prefix } = shared.tuning;
    const key = `${this.#loads} ${shared.identity}`;
    this.#batcher.install(key, { owner, prefix, tokenizer, dispose });
    return { ...shared, key };
  }

  #entryOf(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw unknownAdapter(id, this.#entries.keys());
    return entry;
  }

  #inMemory(): Entry[] {
    return [...this.#entries.values()].filter(({ loaded }) => loaded !== undefined);
  }

  /** Evicts unused adapters beyond the budget. */
  async #tidy(): Promise<void> {
    for (const entry of this.#inMemory()) {
      if (this.bytes <= this.#budget) return;
      if (entry.users === 0) await this.#unload(entry);
    }
  }

  async #unload(entry: Entry): Promise<void> {
    const { loaded } = entry;
    entry.loaded = undefined;
    const placed = await loaded?.catch(() => undefined);
    if (placed !== undefined) await this.#batcher.remove(placed.key);
  }
}

function notBase({ folder }: OpenedModel): AttuneError {
  return new AttuneError('E_ADAPTER_BASE', {
    what: 'Adapters can only be installed on a base model',
    got: `${folder}, which is itself an adapter`,
    fix: 'open its base model (base: true), and install this adapter next to the others',
  });
}
