/** Watches what a server answers: writes it down, tests it, and tells of alarms. */
import { closeForgotten, openAlarms, updateAlarms } from './alarms/alarm-book.ts';
import type { Alarm } from './alarms/alarm.ts';
import type { AlarmGroup } from './alarms/alarm-group.ts';
import type { AlarmEvent, AlarmSink } from './alarms/sinks.ts';
import { addFeedback, type AddedFeedback, type FeedbackReceipt, type GivenFeedback } from './feedback/feedback.ts';
import { keepOptions } from './monitor/kept-options.ts';
import { loadMonitor, observationOf, observationOfAnswer, saveMonitor } from './monitor/load-monitor.ts';
import type { MonitorOptions, VersionMonitor } from './monitor/version-monitor.ts';
import type { ServedAnswer } from './trace.ts';
import { isPostgres } from '../store/postgres.ts';
import { eraseUser, type Erasure } from './traces/erase-user.ts';
import { SharedAnswers, type Arrived } from './traces/shared-answers.ts';
import { TraceStore } from './traces/trace-store.ts';
import { TextRedactor } from './traces/text-redactor.ts';
import { TraceWriter, type MeasuredAnswer } from './traces/trace-writer.ts';

export interface WatcherOptions {
  /** Where traces are kept; `watch` in attune's own folder unless given. */
  folder?: string;
  keep: 'counts' | 'text';
  /** Days until a trace is deleted. */
  retention: number;
  /** Days until feedback is deleted. */
  feedbackRetention: number;
  monitor?: Partial<MonitorOptions>;
  /** Forgets a user, in more than the store where there is more. */
  erase?: (store: TraceStore, user: string) => Promise<Erasure & { rows: number; models: string[] }>;
  sinks?: readonly AlarmSink[];
  /** What could not be written or told. */
  onFailure(what: string, error: unknown): void;
}

const HOUR = 3_600_000;
/** Between looks for answers of other servers. */
const FOLLOW_MS = 1000;

export class Watcher {
  readonly store: TraceStore;
  readonly options: WatcherOptions;
  readonly #writer: TraceWriter;
  readonly #redactor: TextRedactor;
  readonly #monitors = new Map<string, VersionMonitor>();
  readonly #timers: NodeJS.Timeout[];
  /** Where servers share a database: one of them tests what all have answered. */
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
      onWritten: (batch) => (this.#shared === undefined ? this.#test(batch).catch(this.#forget) : this.#follow()),
      onFailure: (error) => options.onFailure('what was served cannot be written down', error),
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

  /** Alarms that are open and that nobody has silenced, whichever process opened them. */
  async loudAlarms(): Promise<Alarm[]> {
    return (await openAlarms(this.store)).filter(({ silenced }) => silenced === undefined);
  }

  observe(answer: ServedAnswer): void {
    this.#writer.add(answer);
  }

  /** Of an answer of the same key; undefined where it is not known. */
  async feedback(given: GivenFeedback): Promise<FeedbackReceipt | undefined> {
    await this.#writer.flush();
    const added = await addFeedback(this.store, this.#redactor, given);
    if (added === undefined || added.said.length === 0) return added?.receipt;
    if (this.#shared !== undefined) void this.#follow();
    else await this.#testSaid(added, given.trace);
    return added.receipt;
  }

  async #testSaid({ model, version, said }: AddedFeedback, id: string): Promise<void> {
    const name = JSON.stringify([model, version]);
    const isKnown = this.#monitors.has(name);
    // What is loaded now has it already.
    const monitor = await this.#monitorOf({ model, version });
    if (isKnown) for (const one of said) monitor.observeSaid(one.name, one.value, { id, at: Date.now() });
    await this.#tellChanges({ model, version }, monitor);
  }

  /** Forgets a user, with what waits to be written. */
  async eraseUser(user: string): Promise<Erasure & { rows: number; models: string[] }> {
    await this.#writer.flush();
    const { erase } = this.options;
    if (erase !== undefined) return erase(this.store, user);
    return { ...(await eraseUser(this.store, user)), rows: 0, models: [] };
  }

  /** Answers that could not be written down. */
  get lost(): number {
    return this.#writer.lost;
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Until what was answered so far can be read from the store. */
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
    await this.#following;
    await this.#shared?.close();
    await this.#redactor[Symbol.asyncDispose]();
    await this.store.close();
  }

  /** Deletes what is past its time, also while nobody asks anything. */
  async #tidy(): Promise<void> {
    const now = Date.now();
    try {
      await this.store.expire(now, now - this.options.feedbackRetention * 24 * HOUR);
      await closeForgotten(this.store, now);
    } catch (error) {
      this.options.onFailure('what is past its time cannot be deleted', error);
    }
  }

  /** Answers of a batch by version, tested one after the other. */
  async #test(batch: readonly MeasuredAnswer[]): Promise<void> {
    const versions = Map.groupBy(batch, ({ served: { model, version } }) => JSON.stringify([model, version]));
    for (const [name, answers] of versions) {
      const { model, version } = answers[0].served;
      const isKnown = this.#monitors.has(name);
      const monitor = await this.#monitorOf({ model, version });
      // What is loaded now has the batch in it already.
      const before = isKnown ? monitor.period.from : Number.NaN;
      const place = { model, version };
      if (isKnown) await this.#testEach(place, monitor, answers, (one) => monitor.observe(observationOfAnswer(one)));
      await this.#tested(place, monitor, before);
    }
  }

  /** Alarms are looked for at every answer: when one is found must not depend on what happens to be written at once. */
  async #testEach<One>(
    place: { model: string; version: string },
    monitor: VersionMonitor,
    all: readonly One[],
    observe: (one: One) => void,
  ): Promise<void> {
    let known = monitor.alarms.join();
    for (const one of all) {
      observe(one);
      if (monitor.isTopicDue) await monitor.compareTopic();
      const alarms = monitor.alarms.join();
      if (alarms !== known) await this.#tellChanges(place, monitor);
      known = alarms;
    }
  }

  /** Tests what all servers have written down since, where this one does that. */
  #follow(): Promise<void> {
    this.#following = this.#following
      .then(() => this.#testShared(this.#shared!).catch(this.#forget))
      .catch((error: unknown) => this.options.onFailure('what was served cannot be tested', error));
    return this.#following;
  }

  async #testShared(shared: SharedAnswers): Promise<void> {
    const found = await shared.next();
    // What another server has tested meanwhile is not known here.
    if (found === undefined || found.isNew) this.#monitors.clear();
    const versions = Map.groupBy(found?.arrived ?? [], ({ model, version }) => JSON.stringify([model, version]));
    for (const arrived of versions.values()) await this.#testArrived(arrived, found!.until);
  }

  /** What could not be tested is written down: it is loaded with the next answers. */
  readonly #forget = (error: unknown): never => {
    this.#monitors.clear();
    throw error;
  };

  async #testArrived(arrived: readonly Arrived[], until: number): Promise<void> {
    const { model, version } = arrived[0];
    const isKnown = this.#monitors.has(JSON.stringify([model, version]));
    // What is loaded now has them already.
    const monitor = await this.#monitorOf({ model, version, until });
    const before = isKnown ? monitor.period.from : Number.NaN;
    const observe = (one: Arrived) => {
      if ('answer' in one) monitor.observe(observationOf(one.answer));
      else for (const said of one.said) monitor.observeSaid(said.name, said.value, said);
    };
    if (isKnown) await this.#testEach({ model, version }, monitor, arrived, observe);
    await this.#tested({ model, version }, monitor, before);
  }

  /** `before`: when the period began, before the newest answers. */
  async #tested(place: { model: string; version: string }, monitor: VersionMonitor, before: number): Promise<void> {
    await this.#shared?.requireHeld();
    if (monitor.period.from !== before) await saveMonitor(this.store, place, monitor);
    await this.#tellChanges(place, monitor);
  }

  async #monitorOf(place: { model: string; version: string; until?: number }): Promise<VersionMonitor> {
    const name = JSON.stringify([place.model, place.version]);
    const known = this.#monitors.get(name);
    if (known !== undefined) return known;
    const monitor = await loadMonitor(this.store, place, this.options.monitor);
    this.#monitors.set(name, monitor);
    return monitor;
  }

  async #tellChanges(place: { model: string; version: string }, monitor: VersionMonitor): Promise<void> {
    await this.#shared?.requireHeld();
    const { opened, resolved } = await updateAlarms(this.store, place, monitor);
    for (const alarm of opened) this.#tell('alarm.opened', alarm);
    for (const alarm of resolved) if (alarm.silenced === undefined) this.#tell('alarm.resolved', alarm);
  }

  /** Nobody waits for whoever is told. */
  #tell(event: AlarmEvent, alarm: AlarmGroup): void {
    const { sinks = [], onFailure } = this.options;
    for (const sink of sinks)
      sink.tell(event, alarm).catch((error: unknown) => onFailure('nobody was told of an alarm', error));
  }
}
