/** Watches a server's answers: stores them, tests them, and reports alarms. */
import { setTimeout as sleep } from 'node:timers/promises';
import { closeForgotten, openAlarms, updateAlarms } from './alarms/alarm-book.ts';
import type { Alarm } from './alarms/alarm.ts';
import type { AlarmGroup } from './alarms/alarm-group.ts';
import type { AlarmEvent, AlarmSink } from './alarms/sinks.ts';
import { addFeedback, type FeedbackReceipt, type GivenFeedback } from './feedback/feedback.ts';
import { keepOptions } from './monitor/kept-options.ts';
import { StoredMonitor } from './monitor/load-monitor.ts';
import type { MonitorOptions, VersionMonitor } from './monitor/version-monitor.ts';
import type { ServedAnswer } from './trace.ts';
import { isPostgres } from '../store/postgres.ts';
import { eraseUser, type Erasure } from './traces/erase-user.ts';
import { SharedAnswers } from './traces/shared-answers.ts';
import { TraceStore } from './traces/trace-store.ts';
import { TextRedactor } from './traces/text-redactor.ts';
import { TraceWriter } from './traces/trace-writer.ts';

export interface WatcherOptions {
  /** Folder of the traces; default: `watch` in attune's home. */
  folder?: string;
  keep: 'counts' | 'text';
  /** Days until a trace is deleted. */
  retention: number;
  /** Days until feedback is deleted. */
  feedbackRetention: number;
  monitor?: Partial<MonitorOptions>;
  /** Erases a user from the store and from all other places that keep the user's data. */
  erase?: (store: TraceStore, user: string) => Promise<Erasure & { rows: number; models: string[] }>;
  sinks?: readonly AlarmSink[];
  /** Reports failed writes and notifications. */
  onFailure(what: string, error: unknown): void;
}

const HOUR = 3_600_000;
/** Interval of polling for other servers' answers. */
const FOLLOW_MS = 1000;
/** Time for the last tests at shutdown; the next process runs the others. */
const LAST_TESTS_MS = 500;

interface Place {
  model: string;
  version: string;
}

export class Watcher {
  readonly store: TraceStore;
  readonly options: WatcherOptions;
  readonly #writer: TraceWriter;
  readonly #redactor: TextRedactor;
  readonly #monitors = new Map<string, StoredMonitor>();
  /** Versions with untested rows. */
  readonly #waiting = new Map<string, Place>();
  readonly #stop = new AbortController();
  readonly #timers: NodeJS.Timeout[];
  /** If servers share a database, one of them tests the answers of all. */
  readonly #shared: SharedAnswers | undefined;
  #following: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(store: TraceStore, options: WatcherOptions) {
    this.store = store;
    this.options = options;
    this.#redactor = new TextRedactor(store.keys.secretFor('surrogates'));
    this.#writer = new TraceWriter(store, {
      keep: options.keep,
      days: options.retention,
      redactor: this.#redactor,
      onWritten: (batch) => this.#arrived(batch.map(({ served }) => served)),
      onFailure: (error) => options.onFailure('served answers cannot be recorded', error),
    });
    this.#timers = [setInterval(() => void this.#tidy(), HOUR).unref()];
    if (!isPostgres(store.database)) return;
    this.#shared = new SharedAnswers(store);
    this.#timers.push(setInterval(() => void this.#follow(), FOLLOW_MS).unref());
  }

  /** @throws AttuneError E_TRACES */
  static async open(options: WatcherOptions): Promise<Watcher> {
    const watcher = new Watcher(await TraceStore.open(options.folder), options);
    keepOptions(watcher.store, options.monitor ?? {});
    await watcher.#tidy();
    if (watcher.#shared !== undefined) await watcher.#follow();
    return watcher;
  }

  /** Loads word lists, so that the first answer need not wait for them. */
  prepare(): Promise<unknown> {
    return this.#writer.prepare();
  }

  /** Open alarms that are not silenced, whichever process opened them. */
  async loudAlarms(): Promise<Alarm[]> {
    return (await openAlarms(this.store)).filter(({ silenced }) => silenced === undefined);
  }

  observe(answer: ServedAnswer): void {
    this.#writer.add(answer);
  }

  /** Adds feedback on an answer to the same key; undefined if the answer is unknown. */
  async feedback(given: GivenFeedback): Promise<FeedbackReceipt | undefined> {
    await this.#writer.flush();
    const added = await addFeedback(this.store, this.#redactor, given);
    if (added === undefined || added.said.length === 0) return added?.receipt;
    this.#arrived([added]);
    return added.receipt;
  }

  /** Erases a user, including data that are not yet written. */
  async eraseUser(user: string): Promise<Erasure & { rows: number; models: string[] }> {
    await this.#writer.flush();
    // Answers still in memory would be written after the erasure.
    if (this.#writer.away !== undefined) throw this.#writer.away;
    const { erase } = this.options;
    if (erase !== undefined) return erase(this.store, user);
    return { ...(await eraseUser(this.store, user)), rows: 0, models: [] };
  }

  /** Number of answers that could not be stored. */
  get lost(): number {
    return this.#writer.lost;
  }

  /** Resolves when the answers so far have been tested. */
  async flush(): Promise<void> {
    await this.#writer.flush();
    await this.#following;
  }

  /** Resolves when the answers so far can be read from the store. */
  written(): Promise<void> {
    return this.#writer.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#writer.close();
    await Promise.race([this.#following, sleep(LAST_TESTS_MS, undefined, { ref: false })]);
    this.#stop.abort();
    await this.#following;
    await this.#saveAll().catch((error: unknown) =>
      this.options.onFailure('the progress of tests cannot be saved', error),
    );
    // Announces the shutdown, so that another server takes over without waiting for missing heartbeats.
    await this.#shared
      ?.close()
      .catch((error: unknown) => this.options.onFailure('the shutdown cannot be announced to other servers', error));
    await this.#redactor[Symbol.asyncDispose]();
    await this.store.close();
  }

  /** Deletes expired rows, also while no requests come in. */
  async #tidy(): Promise<void> {
    const now = Date.now();
    try {
      await this.store.expire(now, now - this.options.feedbackRetention * 24 * HOUR);
      await closeForgotten(this.store, now);
    } catch (error) {
      this.options.onFailure('expired data cannot be deleted', error);
    }
  }

  /** Queues tests, which run in the background: a version's first test reads everything stored for it. */
  #arrived(places: readonly Place[]): void {
    for (const { model, version } of places) this.#waiting.set(JSON.stringify([model, version]), { model, version });
    void this.#follow();
  }

  /** Tests newly stored answers; those of all servers, if this one does the testing. */
  #follow(): Promise<void> {
    this.#following = this.#following
      .then(() => this.#testNew().catch(this.#forget))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.options.onFailure('served answers cannot be tested', error);
      });
    return this.#following;
  }

  async #testNew(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    if (this.#shared === undefined) {
      const until = waiting.length === 0 ? 0 : await this.store.newestArrival();
      for (const place of waiting) await this.#testVersion(place, until);
      return;
    }
    const found = await this.#shared.next();
    // Another server may have run tests in the meantime.
    if (found === undefined || found.isNew) this.#monitors.clear();
    for (const place of found?.versions ?? []) await this.#testVersion(place, found!.until);
  }

  /** Drops the version's monitor; untested rows remain in the store and are read again with the next answers. */
  readonly #forget = (error: unknown): never => {
    if (!this.#stop.signal.aborted) this.#monitors.clear();
    throw error;
  };

  async #testVersion(place: Place, until: number): Promise<void> {
    const stored = await this.#monitorOf(place, until);
    const { monitor } = stored;
    await this.#save(stored);
    await stored.compareTopic(this.#stop.signal);
    let known = monitor.alarms.join();
    // Alarms are evaluated after every answer, so that the result does not depend on how writes are batched.
    const onTested = async () => {
      const alarms = monitor.alarms.join();
      if (alarms !== known) await this.#tellChanges(place, monitor);
      known = alarms;
    };
    await stored.follow(until, { onTested, signal: this.#stop.signal });
    await this.#save(stored);
    await this.#tellChanges(place, monitor);
  }

  async #save(stored: StoredMonitor): Promise<void> {
    if (!stored.isSaveDue) return;
    await this.#shared?.requireHeld();
    await stored.save();
  }

  async #monitorOf(place: Place, until: number): Promise<StoredMonitor> {
    const name = JSON.stringify([place.model, place.version]);
    const known = this.#monitors.get(name);
    if (known !== undefined) return known;
    const options = { until, options: this.options.monitor, signal: this.#stop.signal };
    const stored = await StoredMonitor.load(this.store, place, options);
    this.#monitors.set(name, stored);
    return stored;
  }

  async #saveAll(): Promise<void> {
    const unsaved = [...this.#monitors.values()].filter(({ isSaved }) => !isSaved);
    if (unsaved.length > 0) await this.#shared?.requireHeld();
    for (const stored of unsaved) await stored.save();
  }

  async #tellChanges(place: Place, monitor: VersionMonitor): Promise<void> {
    await this.#shared?.requireHeld();
    const { opened, resolved } = await updateAlarms(this.store, place, monitor);
    for (const alarm of opened) this.#tell('alarm.opened', alarm);
    for (const alarm of resolved) if (alarm.silenced === undefined) this.#tell('alarm.resolved', alarm);
  }

  /** Notifications are fire-and-forget. */
  #tell(event: AlarmEvent, alarm: AlarmGroup): void {
    const { sinks = [], onFailure } = this.options;
    for (const sink of sinks)
      sink.tell(event, alarm).catch((error: unknown) => onFailure('sending an alarm failed', error));
  }
}
