/** Watches what a server answers: writes it down, tests it, and tells of alarms. */
import { updateAlarms } from './alarms/alarm-book.ts';
import type { Alarm } from './alarms/alarm.ts';
import type { AlarmEvent, AlarmSink } from './alarms/sinks.ts';
import { addFeedback, type FeedbackReceipt, type GivenFeedback } from './feedback/feedback.ts';
import { loadMonitor, observationOfAnswer, saveMonitor } from './monitor/load-monitor.ts';
import type { MonitorOptions, VersionMonitor } from './monitor/version-monitor.ts';
import type { ServedAnswer } from './trace.ts';
import { TraceStore } from './traces/trace-store.ts';
import { TextRedactor } from './traces/text-redactor.ts';
import { TraceWriter, type MeasuredAnswer } from './traces/trace-writer.ts';

export interface WatcherOptions {
  /** Where traces are kept; `watch` in attune's own folder unless given. */
  folder?: string;
  keep: 'counts' | 'text';
  /** Days until a trace is deleted. */
  retention: number;
  monitor?: Partial<MonitorOptions>;
  sinks?: readonly AlarmSink[];
  /** What could not be written or told. */
  onFailure(what: string, error: unknown): void;
}

export class Watcher {
  readonly store: TraceStore;
  readonly options: WatcherOptions;
  readonly #writer: TraceWriter;
  readonly #redactor: TextRedactor;
  readonly #monitors = new Map<string, VersionMonitor>();
  /** Alarms that are open, by version and signal: for metrics. */
  readonly open = new Map<string, Alarm>();

  private constructor(store: TraceStore, options: WatcherOptions) {
    this.store = store;
    this.options = options;
    this.#redactor = new TextRedactor(store.keys.secretFor('surrogates'));
    this.#writer = new TraceWriter(store, {
      keep: options.keep,
      days: options.retention,
      redactor: this.#redactor,
      onWritten: (batch) => this.#test(batch),
      onFailure: (error) => options.onFailure('what was served cannot be written down', error),
    });
  }

  /** @throws AttuneError E_TRACES */
  static async open(options: WatcherOptions): Promise<Watcher> {
    return new Watcher(await TraceStore.open(options.folder), options);
  }

  observe(answer: ServedAnswer): void {
    this.#writer.add(answer);
  }

  /** Of an answer of the same key; undefined where it is not known. */
  async feedback(given: GivenFeedback): Promise<FeedbackReceipt | undefined> {
    await this.#writer.flush();
    const added = await addFeedback(this.store, this.#redactor, given);
    if (added?.thumb === undefined) return added?.receipt;
    const { model, version, thumb } = added;
    const monitor = await this.#monitorOf({ model, version });
    monitor.observeThumb(thumb, { id: given.trace, at: Date.now() });
    await this.#tellChanges({ model, version }, monitor);
    return added.receipt;
  }

  /** Answers that could not be written down. */
  get lost(): number {
    return this.#writer.lost;
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.#redactor[Symbol.asyncDispose]();
    await this.store.close();
  }

  /** Answers of a batch by version, tested one after the other. */
  async #test(batch: readonly MeasuredAnswer[]): Promise<void> {
    const versions = Map.groupBy(batch, ({ served: { model, version } }) => JSON.stringify([model, version]));
    for (const [name, answers] of versions) {
      const { model, version } = answers[0].served;
      const isKnown = this.#monitors.has(name);
      // What is loaded now has the batch in it already.
      const monitor = await this.#monitorOf({ model, version });
      const before = isKnown ? monitor.period.from : Number.NaN;
      if (isKnown) for (const answer of answers) monitor.observe(observationOfAnswer(answer));
      if (monitor.period.from !== before) await saveMonitor(this.store, { model, version }, monitor);
      if (monitor.isTopicDue) await monitor.compareTopic();
      await this.#tellChanges({ model, version }, monitor);
    }
  }

  async #monitorOf(place: { model: string; version: string }): Promise<VersionMonitor> {
    const name = JSON.stringify([place.model, place.version]);
    const known = this.#monitors.get(name);
    if (known !== undefined) return known;
    const monitor = await loadMonitor(this.store, place, this.options.monitor);
    this.#monitors.set(name, monitor);
    return monitor;
  }

  async #tellChanges(place: { model: string; version: string }, monitor: VersionMonitor): Promise<void> {
    const { opened, resolved } = await updateAlarms(this.store, place, monitor);
    for (const alarm of opened) {
      this.open.set(alarm.id, alarm);
      this.#tell('alarm.opened', alarm);
    }
    for (const alarm of resolved) {
      this.open.delete(alarm.id);
      this.#tell('alarm.resolved', alarm);
    }
  }

  /** Nobody waits for whoever is told. */
  #tell(event: AlarmEvent, alarm: Alarm): void {
    const { sinks = [], onFailure } = this.options;
    for (const sink of sinks)
      sink.tell(event, alarm).catch((error: unknown) => onFailure('nobody was told of an alarm', error));
  }
}
