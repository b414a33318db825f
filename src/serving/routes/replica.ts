/** This server among those that serve the same registry: each says what it holds, and waits for the others. */
import { randomUUID } from 'node:crypto';
import { beat, otherReplicas, REPLICA_LOST_MS, removeReplica, type Registry } from '../../store/registry/index.ts';
import { SilenceWatch } from '../../store/silence-watch.ts';

const BEAT_MS = 2000;

export class Replica {
  readonly #registry: Registry;
  readonly #id = randomUUID();
  readonly #watch = new SilenceWatch(REPLICA_LOST_MS);
  /** Versions that this server is ready to answer by; it grows and shrinks with them. */
  readonly #held: ReadonlySet<string>;
  #told = '';
  #beatAt = -Infinity;
  #others: readonly ReadonlySet<string>[] = [];
  /** Whether a version waits for another server, or one has gone: the others are to be looked at again. */
  isWaiting = false;

  constructor(registry: Registry, held: ReadonlySet<string>) {
    this.#registry = registry;
    this.#held = held;
  }

  /** How many servers there are, this one with them. */
  get count(): number {
    return 1 + this.#others.length;
  }

  /** Says what it holds where that has changed, and every two seconds that it is alive. */
  async beat(): Promise<void> {
    const holds = JSON.stringify([...this.#held]);
    const isChanged = holds !== this.#told;
    const now = performance.now();
    if (!isChanged && now - this.#beatAt < BEAT_MS) return;
    [this.#told, this.#beatAt] = [holds, now];
    const watch = this.#watch;
    // Work that waited for a server that is gone can continue; SQLite reports no changes made by this process.
    if (await beat(this.#registry, { id: this.#id, holds: this.#held, isChanged, watch })) this.isWaiting = true;
  }

  /** Reads what the others hold. */
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
