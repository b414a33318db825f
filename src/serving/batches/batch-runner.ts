/** Runs batches while clients leave capacity, and resumes them after a restart. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addBatchItem,
  batchCounts,
  batchPlaces,
  claimBatch,
  fetchFile,
  findBatch,
  findFile,
  isLeaseLost,
  moveBatch,
  newId,
  releaseBatch,
  removeBatchItems,
  WorkerWatch,
  type Batch,
  type BatchStatus,
  type Registry,
} from '../../store/registry/index.ts';
import { bytesOf } from '../../base/byte-size.ts';
import { isStoreFailure } from '../../store/objects/s3-failure.ts';
import { toApiError } from '../attune-errors.ts';
import type { Call } from '../server-call.ts';
import type { Endpoint } from '../endpoint.ts';
import { innerCall } from '../inner-call.ts';
import type { ServerParts } from '../server-parts.ts';
import { HeldWork } from '../training/held-work.ts';
import { PolledWork } from '../training/polled-work.ts';
import { batchRequests, checkBatchFile, writeBatchFile, type BatchRequest } from './batch-file.ts';
import { answerCall } from '../upstream/answer-call.ts';

/** Concurrent requests of a batch on an idle server. */
const AT_ONCE = 8;
/** Milliseconds between checks for capacity. */
const PAUSE = 50;
/** Maximum delay in milliseconds between requests of a batch, even on a busy server. */
const LONGEST_PAUSE = 30_000;
/** Milliseconds before unavailable files are requested again. */
const STORE_RETRY = 2000;
/** Statuses after which a retry may succeed. */
const LATER = new Set([429, 503]);

export class BatchRunner {
  readonly #server: ServerParts;
  readonly #registry: Registry;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;
  readonly #watch = new WorkerWatch();
  readonly #poll = new PolledWork(() => this.#next());
  /** Running batches by owner. */
  readonly #running = new Map<string, Promise<void>>();
  /** Number of running requests over all batches. */
  #open = 0;

  constructor(server: ServerParts, registry: Registry, endpoints: readonly Endpoint[]) {
    [this.#server, this.#registry] = [server, registry];
    this.#endpoints = new Map(endpoints.map((endpoint) => [endpoint.path, endpoint]));
  }

  begin(): void {
    this.#poll.begin();
  }

  async close(): Promise<void> {
    await this.#poll.close();
    await Promise.all(this.#running.values());
  }

  wake(): void {
    this.#poll.wake();
  }

  /** Starts one batch per owner, so that no owner waits for another's. */
  async #next(): Promise<void> {
    try {
      while (!this.#poll.isStopped && !this.#server.state.isDraining) {
        const batch = await claimBatch(this.#registry, this.#watch, [...this.#running.keys()]);
        if (batch === undefined) return;
        const work = this.#run(batch).finally(() => this.#running.delete(batch.owner));
        this.#running.set(batch.owner, work);
      }
    } catch (error) {
      this.#server.log.error({ err: error }, 'batches not run');
    }
  }

  async #run(batch: Batch): Promise<void> {
    const { log } = this.#server;
    using held = new HeldWork(this.#registry, 'batches', batch);
    try {
      if (batch.status === 'validating') await this.#validate(batch, held);
      if (batch.status === 'in_progress' && !(await this.#answerAll(batch, held))) {
        await held.write((transaction) => releaseBatch(transaction, batch.id));
        return;
      }
      await this.#finish(batch, held);
    } catch (error) {
      if (isLeaseLost(error))
        log.warn({ batch: batch.id }, 'another server has taken over a batch; stopped running it');
      else if (isStoreFailure(error)) {
        log.error({ batch: batch.id, err: error }, 'a batch is waiting for the store');
        this.#poll.waitsUntil = Date.now() + STORE_RETRY;
      } else {
        log.error({ batch: batch.id, err: error }, 'batch failed');
        const failed = this.#fail(batch, held, "The batch cannot be run. The server's log says why.");
        await failed.catch((failure: unknown) => log.error({ batch: batch.id, err: failure }, 'batches not run'));
      }
    }
  }

  #move(batch: Batch, held: HeldWork, change: Partial<Batch> & { status: BatchStatus }): Promise<boolean> {
    const from = [batch.status];
    return held.write((transaction) => moveBatch(transaction, batch, change, from));
  }

  async #fail(batch: Batch, held: HeldWork, message: string): Promise<void> {
    const errors = [{ code: 'batch_failed', message, line: null, param: null }];
    await this.#move(batch, held, { status: 'failed', errors, worker: null });
  }

  async #pathOf({ input_file: id, owner }: Batch): Promise<string | undefined> {
    const file = await findFile(this.#registry, id, owner);
    return file && fetchFile(file);
  }

  async #validate(batch: Batch, held: HeldWork): Promise<void> {
    const path = await this.#pathOf(batch);
    if (path === undefined) return this.#fail(batch, held, 'The file was deleted or has expired.');
    const mostBytes = bytesOf(this.#server.settings.max_body);
    const { total, faults } = await checkBatchFile(path, batch.endpoint, mostBytes);
    const next = faults.length > 0 ? { status: 'failed' as const, errors: faults, worker: null } : undefined;
    const isMoved = await this.#move(batch, held, next ?? { status: 'in_progress', total });
    // The batch was cancelled in the meantime.
    if (!isMoved) batch.status = (await findBatch(this.#registry, batch.id))!.status;
  }

  /** Answers the remaining requests. @returns whether every request has a result or was withdrawn */
  async #answerAll(batch: Batch, held: HeldWork): Promise<boolean> {
    const path = await this.#pathOf(batch);
    if (path === undefined) {
      await this.#fail(batch, held, 'The file was deleted or has expired.');
      return true;
    }
    const done = await batchPlaces(this.#registry, batch.id);
    const open = new Set<Promise<void>>();
    let failure: unknown;
    for await (const request of batchRequests(path)) {
      if (done.has(request.place)) continue;
      await this.#room();
      const isAsked = failure === undefined && (await this.#isAsked(batch, held));
      if (!isAsked) break;
      const work = this.#answer(batch, held, request)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          open.delete(work);
          this.#open--;
        });
      this.#open++;
      open.add(work);
    }
    await Promise.all(open);
    if (failure !== undefined) throw failure;
    return batch.status !== 'in_progress' || !this.#isLeft(held);
  }

  #isLeft(held: HeldWork): boolean {
    return this.#poll.isClosed || this.#server.state.isDraining || held.signal.aborted;
  }

  /** Clients have priority: no request starts while any of them waits, and only one at a time while any is being answered. */
  async #room(): Promise<void> {
    const start = Date.now();
    while (!this.#poll.isClosed && !this.#server.state.isDraining) {
      const { running, waiting } = this.#server.admission.counts;
      const most = waiting > 0 ? 0 : running > this.#open ? 1 : AT_ONCE;
      if (this.#open < most || (this.#open === 0 && Date.now() - start > LONGEST_PAUSE)) return;
      await sleep(PAUSE);
    }
  }

  /** Whether the batch is still in progress; updates its status. */
  async #isAsked(batch: Batch, held: HeldWork): Promise<boolean> {
    if (this.#isLeft(held)) return false;
    const now = await findBatch(this.#registry, batch.id);
    if (now !== undefined) batch.status = now.status;
    return batch.status === 'in_progress' && Date.now() < batch.expires_at;
  }

  async #answer(batch: Batch, held: HeldWork, request: BatchRequest): Promise<void> {
    const reply = await this.#ask(batch, held, request);
    if (reply === undefined) return;
    const { status, id: request_id, body } = reply;
    const response = { status_code: status, request_id, body };
    const line = lineOf(request, { response, error: null });
    await held.write((transaction) => addBatchItem(transaction, batch.id, { place: request.place, status, line }));
  }

  /**
   * Sends a request as a client with the same key would, and retries while the server is full. Undefined if the
   * server stops.
   */
  async #ask(
    { owner, endpoint: path }: Batch,
    held: HeldWork,
    request: BatchRequest,
  ): Promise<{ status: number; id: string; body: unknown } | undefined> {
    const endpoint = this.#endpoints.get(path)!;
    for (;;) {
      let call: Call | undefined;
      try {
        call = innerCall(this.#server, endpoint, { owner, body: request.body, isCounted: true });
        const response = await answerCall(endpoint, call);
        const body: unknown = await response.json();
        call.end(200);
        return { status: 200, id: call.id, body };
      } catch (error) {
        const told = call?.told(error) ?? toApiError(error);
        call?.end(told.status, told);
        if (!LATER.has(told.status)) return { status: told.status, id: call?.id ?? newId('req_'), body: told.body };
        if (this.#isLeft(held)) return undefined;
        await sleep(Math.min(LONGEST_PAUSE, 1000 * Number(told.headers['retry-after'] ?? 1)));
      }
    }
  }

  /** Records unanswered requests, writes the files, and ends the batch. Idempotent after a crash. */
  async #finish(batch: Batch, held: HeldWork): Promise<void> {
    const isCancelled = batch.status === 'cancelling';
    if (batch.status === 'failed') return;
    const isExpired = !isCancelled && Date.now() >= batch.expires_at;
    if (isCancelled || isExpired) await this.#noteRest(batch, held, isCancelled ? 'batch_cancelled' : 'batch_expired');
    if (batch.status === 'in_progress') await this.#move(batch, held, { status: 'finalizing' });
    const counts = await batchCounts(this.#registry, batch.id);
    const files = {
      output_file: await writeBatchFile(this.#registry, batch, true),
      error_file: await writeBatchFile(this.#registry, batch, false),
    };
    const status = isCancelled ? 'cancelled' : isExpired ? 'expired' : 'completed';
    await held.write(async (transaction) => {
      if (await moveBatch(transaction, batch, { ...counts, ...files, status, worker: null }, [batch.status]))
        await removeBatchItems(transaction, batch.id);
    });
  }

  async #noteRest(batch: Batch, held: HeldWork, code: string): Promise<void> {
    const path = await this.#pathOf(batch);
    if (path === undefined || batch.total === 0) return;
    const done = await batchPlaces(this.#registry, batch.id);
    const message =
      code === 'batch_cancelled'
        ? 'The batch was cancelled before this request.'
        : 'The batch expired before this request.';
    for await (const request of batchRequests(path)) {
      if (done.has(request.place)) continue;
      const line = lineOf(request, { response: null, error: { code, message } });
      await held.write((transaction) => addBatchItem(transaction, batch.id, { place: request.place, status: 0, line }));
    }
  }
}

function lineOf({ id }: BatchRequest, result: { response: unknown; error: unknown }): string {
  return JSON.stringify({ id: newId('batch_req_'), custom_id: id, ...result });
}
