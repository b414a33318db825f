/**
 * Schedules turns at a scarce resource fairly: the owner that has used least comes next, so a flood of requests
 * delays only its own owner.
 */
export interface Turn {
  owner: string;
  /** Number of slots; default 1. */
  size?: number;
  signal?: AbortSignal;
}

interface Waiting {
  size: number;
  begin: (turn: Disposable) => void;
}

interface Owner {
  /** In order of arrival. */
  waiting: Set<Waiting>;
  running: number;
  /** Amount used. A new owner starts at the level of the others. */
  had: number;
}

export interface TurnLimits {
  places: number;
  /** Maximum number of slots per owner; default: all. */
  ofOwner?: number;
}

export class FairTurns {
  readonly #limits: TurnLimits;
  readonly #owners = new Map<string, Owner>();
  #running = 0;
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  /** Total size of the waiting turns, of one owner if named. */
  waiting(owner?: string): number {
    if (owner === undefined) return this.#waiting;
    return [...(this.#owners.get(owner)?.waiting ?? [])].reduce((sum, { size }) => sum + size, 0);
  }

  /** Owners with running or waiting turns. */
  get owners(): number {
    return this.#owners.size;
  }

  /** Waits for a turn, which lasts until it is disposed. @throws the signal's reason */
  async take({ owner: name, size = 1, signal }: Turn): Promise<Disposable> {
    signal?.throwIfAborted();
    const owner = this.#ownerOf(name);
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const entry: Waiting = { size, begin: resolve };
    const onAbort = () => {
      if (!owner.waiting.delete(entry)) return;
      this.#waiting -= size;
      this.#forget(name, owner);
      reject(signal?.reason as Error);
      this.#next();
    };
    owner.waiting.add(entry);
    this.#waiting += size;
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#next();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #ownerOf(name: string): Owner {
    const known = this.#owners.get(name);
    if (known !== undefined) return known;
    const least = [...this.#owners.values()].reduce((had, owner) => Math.min(had, owner.had), Infinity);
    const owner = { waiting: new Set<Waiting>(), running: 0, had: least === Infinity ? 0 : least };
    this.#owners.set(name, owner);
    return owner;
  }

  #forget(name: string, owner: Owner): void {
    if (owner.waiting.size === 0 && owner.running === 0) this.#owners.delete(name);
  }

  #next(): void {
    for (let found = this.#choose(); found !== undefined; found = this.#choose()) {
      const [name, owner] = found;
      const [entry] = owner.waiting;
      owner.waiting.delete(entry);
      owner.running += entry.size;
      owner.had += entry.size;
      this.#running += entry.size;
      this.#waiting -= entry.size;
      entry.begin(this.#turn(name, owner, entry.size));
    }
  }

  /**
   * The next turn to start: the first of the owner with the least use that fits. A turn larger than all slots runs
   * alone.
   */
  #choose(): [string, Owner] | undefined {
    const { places, ofOwner = places } = this.#limits;
    let found: [string, Owner] | undefined;
    for (const [name, owner] of this.#owners) {
      const [entry] = owner.waiting;
      if (entry === undefined || (owner.running > 0 && owner.running + entry.size > ofOwner)) continue;
      if (this.#running > 0 && this.#running + entry.size > places) continue;
      // On ties the newest owner wins, since it has not delayed the others.
      if (found === undefined || owner.had <= found[1].had) found = [name, owner];
    }
    return found;
  }

  #turn(name: string, owner: Owner, size: number): Disposable {
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        owner.running -= size;
        this.#running -= size;
        this.#forget(name, owner);
        this.#next();
      },
    };
  }
}
