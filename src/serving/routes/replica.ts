/** This server as one of those on a registry: each announces the versions it holds and waits for the others. */
import { randomUUID } from 'node:crypto';
import { beat, otherReplicas, REPLICA_LOST_MS, removeReplica, type Registry } from '../../store/registry/index.ts';
import { SilenceWatch } from '../../store/silence-watch.ts';

const BEAT_MS = 2000;

export class Replica {
  readonly #registry: Registry;
  readonly #id = randomUUID();
  readonly #watch = new SilenceWatch(REPLICA_LOST_MS);
  /** Versions that this server is ready to serve; a live view. */
  readonly #held: ReadonlySet<string>;
  #told = '';
  #beatAt = -Infinity;
  #others: readonly ReadonlySet<string>[] = [];
  /** Whether a version is waiting for another server, or a server has gone; the other servers are then read again. */
  isWaiting = false;

  constructor(registry: Registry, held: ReadonlySet<string>) {
    this.#registry = registry;
    this.#held = held;
  }

  /** Number of servers, including this one. */
  get count(): number {
    return 1 + this.#others.length;
  }

  /** Announces changes of the versions held, and sends a heartbeat every two seconds. */
  async beat(): Promise<void> {
    const holds = JSON.stringify([...this.#held]);
    const isChanged = holds !== this.#told;
    const now = performance.now();
    if (!isChanged && now - this.#beatAt < BEAT_MS) return;
    [this.#told, this.#beatAt] = [holds, now];
    const watch = this.#watch;
    // Versions may have waited for a server that is gone. Set here, since SQLite does not notify a process of its own
    // changes.
    if (await beat(this.#registry, { id: this.#id, holds: this.#held, isChanged, watch })) this.isWaiting = true;
  }

  /** Reads the announcements of the other servers. */
  async look(): Promise<void> {
    this.#others = await otherReplicas(this.#registry, this.#id);
    this.isWaiting = false;
  }

  isHeldByOthers(version: string): boolean {
    const isHeld = this.#others.every((held) => held.has(version));
    if (!isHeld) this.isWaiting = true;
    return isHeld;
  }

  async close(): Promise<void> {
    await removeReplica(this.#registry, this.#id);
  }
}
