/**
 * A lease of this process on a job, an evaluation or a batch. It is renewed until the work ends, and lost if another
 * process takes over.
 */
import {
  isLeaseLost,
  KEEP_MS,
  keepLease,
  markReleased,
  whileHeld,
  type Lease,
  type LeasedTable,
  type Registry,
  type RegistryTransaction,
} from '../../store/registry/index.ts';

export class HeldWork {
  readonly lease: Lease;
  readonly #registry: Registry;
  readonly #table: LeasedTable;
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(registry: Registry, table: LeasedTable, lease: Lease) {
    [this.#registry, this.#table, this.lease] = [registry, table, lease];
    // If the registry does not respond, the next interval retries; writes report their own errors.
    this.#timer = setInterval(() => void this.#keep().catch(() => undefined), KEEP_MS).unref();
  }

  /** Aborted when the work must stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    this.#controller.abort();
  }

  #keep(): Promise<void> {
    return this.#stoppingIfLost(keepLease(this.#registry, this.#table, this.lease));
  }

  /**
   * Performs a write in a transaction that requires the lease; all writes of the work use it. @throws AttuneError
   * E_LEASE_LOST
   */
  write<Result>(work: (transaction: RegistryTransaction) => Promise<Result>): Promise<Result> {
    return this.#stoppingIfLost(whileHeld(this.#registry, this.#table, this.lease, work));
  }

  async #stoppingIfLost<Result>(result: Promise<Result>): Promise<Result> {
    try {
      return await result;
    } catch (error) {
      if (isLeaseLost(error)) this.stop();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    markReleased(this.lease);
  }
}
