/**
 * A version's monitor and its position in the store. The state is saved regularly, so that the next process only
 * reads rows that arrived later.
 */
import { setImmediate as takeTurn } from 'node:timers/promises';
import { parseJson } from '../../files/json.ts';
import type { SignalValues } from '../signals/index.ts';
import { placeOf } from '../traces/trace-writer.ts';
import type { SaidOfAnswer } from '../feedback/tested-values.ts';
import type { MeasuredRow, TraceStore } from '../traces/trace-store.ts';
import type { MonitorState, PeriodState } from './monitor-state.ts';
import { usualMonitor, VersionMonitor, type MonitorOptions, type Observation } from './version-monitor.ts';

/** Format of the saved state. Other formats are ignored and the monitor is rebuilt from the rows. */
const FORMAT = 1;
/** Rows per read, tested without yielding. */
const PAGE = 500;
const TURN = 16;
/** Number of rows, and milliseconds, after which the state is saved again. */
const SAVED_ROWS = 500;
const SAVED_MS = 30_000;

interface Place {
  model: string;
  version: string;
}

/** Saved state of a monitor, apart from its baseline. */
interface SavedState {
  options: MonitorOptions;
  period: PeriodState;
}

export class StoredMonitor {
  readonly place: Place;
  readonly #store: TraceStore;
  readonly #options: MonitorOptions;
  monitor: VersionMonitor;
  /** Arrival number up to which rows are included. */
  #until: number;
  #savedAt = performance.now();
  #savedPeriod: number | undefined;
  #unsaved = 0;

  private constructor(store: TraceStore, place: Place, options: Partial<MonitorOptions>) {
    [this.#store, this.place, this.#options] = [store, place, { ...usualMonitor, ...options }];
    this.monitor = new VersionMonitor(options);
    this.#until = 0;
  }

  /** Loads the saved state, or replays all rows up to an arrival number. @throws the signal's reason */
  static async load(
    store: TraceStore,
    place: Place,
    { until, options = {}, signal }: { until: number; options?: Partial<MonitorOptions>; signal?: AbortSignal },
  ): Promise<StoredMonitor> {
    const made = new StoredMonitor(store, place, options);
    if (!(await made.#resume())) await made.#rebuild(until, signal);
    return made;
  }

  /** Tests the rows that have arrived since the last call, in order. */
  async follow(
    until: number,
    { onTested, signal }: { onTested?: () => Promise<void>; signal?: AbortSignal } = {},
  ): Promise<void> {
    while (this.#until < until) {
      const wanted = { from: this.#until, until, limit: PAGE };
      const rows = await this.#store.arrived(this.place, wanted);
      const last = rows.length < PAGE ? until : rows.at(-1)!.arrival!;
      const { model, version } = this.place;
      const said = await this.#store.said(model, version, { from: this.#until, until: last });
      const all = [...rows, ...said].toSorted((a, b) => (a.arrival ?? 0) - (b.arrival ?? 0));
      for (const [number, one] of all.entries()) {
        if (number % TURN === TURN - 1) await takeTurn();
        signal?.throwIfAborted();
        this.#observe(one);
        this.#until = Math.max(this.#until, one.arrival ?? 0);
        this.#unsaved++;
        await this.compareTopic(signal);
        await onTested?.();
      }
      this.#until = last;
    }
  }

  /**
   * Runs the pending topic comparisons, which take longer than all other tests; pending ones are saved with the
   * state.
   */
  async compareTopic(signal?: AbortSignal): Promise<void> {
    if (!this.monitor.isTopicDue) return;
    this.#unsaved++;
    await this.monitor.compareTopic(signal);
  }

  /** Whether a new period has begun or enough rows have arrived since the last save. */
  get isSaveDue(): boolean {
    if (this.monitor.missing > 0) return false;
    const isLong = this.#unsaved > 0 && performance.now() - this.#savedAt > SAVED_MS;
    return this.monitor.period.from !== this.#savedPeriod || this.#unsaved >= SAVED_ROWS || isLong;
  }

  get isSaved(): boolean {
    return this.monitor.missing > 0 || this.#unsaved === 0;
  }

  /** Saves the baseline once per period, and the progress of the period. */
  async save(): Promise<void> {
    const { monitor, place } = this;
    if (monitor.missing > 0) return;
    const { from } = monitor.period;
    const saved: SavedState = { options: this.#options, period: monitor.periodState };
    const row = { format: FORMAT, period_from: from, until: this.#until, state: JSON.stringify(saved) };
    const isNewPeriod = from !== this.#savedPeriod;
    const baseline = isNewPeriod ? JSON.stringify(monitor.state) : '';
    await this.#store.database.transaction().execute(async (transaction) => {
      if (isNewPeriod)
        await transaction
          .insertInto('baselines')
          .values({ ...place, frozen_at: from, period_from: from, state: baseline })
          .onConflict((conflict) =>
            conflict.columns(['model', 'version']).doUpdateSet({ period_from: from, state: baseline }),
          )
          .execute();
      await transaction
        .insertInto('monitors')
        .values({ ...place, ...row })
        .onConflict((conflict) => conflict.columns(['model', 'version']).doUpdateSet(row))
        .execute();
    });
    [this.#savedPeriod, this.#savedAt, this.#unsaved] = [from, performance.now(), 0];
  }

  async #baseline(): Promise<{ from: number; state: MonitorState } | undefined> {
    const { model, version } = this.place;
    const row = await this.#store.database
      .selectFrom('baselines')
      .selectAll()
      .where('model', '=', model)
      .where('version', '=', version)
      .executeTakeFirst();
    return row && { from: row.period_from, state: parseJson<MonitorState>(row.state) };
  }

  /** Whether a matching saved state was found. */
  async #resume(): Promise<boolean> {
    const { model, version } = this.place;
    const row = await this.#store.database
      .selectFrom('monitors')
      .selectAll()
      .where('model', '=', model)
      .where('version', '=', version)
      .where('format', '=', FORMAT)
      .executeTakeFirst();
    const baseline = row === undefined ? undefined : await this.#baseline();
    if (row === undefined || baseline?.from !== row.period_from) return false;
    const { options, period } = parseJson<SavedState>(row.state);
    if (JSON.stringify(options) !== JSON.stringify(this.#options)) return false;
    this.monitor = VersionMonitor.resume(baseline, period, this.#options);
    [this.#until, this.#savedPeriod] = [row.until, row.period_from];
    return true;
  }

  /** Replays feedback in order of arrival. */
  async #rebuild(until: number, signal: AbortSignal | undefined): Promise<void> {
    const { model, version } = this.place;
    const baseline = await this.#baseline();
    if (baseline !== undefined) this.monitor = VersionMonitor.restore(baseline.state, baseline.from, this.#options);
    const from = baseline === undefined ? 0 : baseline.from + 1;
    const said = await this.#store.said(model, version, { since: from, until });
    for (let rows: MeasuredRow[] = [], isFirst = true; isFirst || rows.length === PAGE; isFirst = false) {
      rows = await this.#store.of(model, version, { from, until, after: rows.at(-1), limit: PAGE });
      for (const [number, row] of rows.entries()) {
        if (number % TURN === TURN - 1) await takeTurn();
        signal?.throwIfAborted();
        while (said.length > 0 && said[0].at <= row.at) this.#observe(said.shift()!);
        this.#observe(row);
        this.#unsaved++;
      }
    }
    for (const one of said) this.#observe(one);
    this.#until = until;
  }

  #observe(one: MeasuredRow | SaidOfAnswer): void {
    if ('signals' in one) this.monitor.observe(observationOf(one));
    else if (one.name === 'calibration')
      this.monitor.observeJudged({ confidence: one.value, isRight: one.isRight }, one);
    else this.monitor.observeSaid(one.name, one.value, one);
  }
}

/** A read-only monitor that includes all rows that have arrived. */
export async function loadMonitor(
  store: TraceStore,
  place: Place,
  options: Partial<MonitorOptions> = {},
): Promise<VersionMonitor> {
  const until = await store.newestArrival();
  const stored = await StoredMonitor.load(store, { model: place.model, version: place.version }, { until, options });
  await stored.compareTopic();
  await stored.follow(until);
  return stored.monitor;
}

function observationOf({ id, choice, at, signals, label, words }: MeasuredRow): Observation {
  return {
    id: placeOf(id, choice),
    at,
    signals: parseJson<SignalValues>(signals),
    ...(label !== null && { label }),
    ...(words !== null && { words: new Uint8Array(words) }),
  };
}
