import { assessmentPaths } from '../../evaluation/assessments/assessment-files.ts';
import { existsSync } from 'node:fs';
import type { RunEvent, StampedEvent } from '../../base/events.ts';
import { sinks } from '../report/sinks/index.ts';
import { writeReport } from '../report/index.ts';
import { IndexSink } from '../../store/index-sink.ts';
import { readRun, RunFolder } from '../../store/run-folder.ts';
import { writeHeartbeat } from '../../store/run-paths.ts';
import type { RunSink } from '../../store/run-sink.ts';
import { isFinal } from '../../store/run-summary.ts';
import { encodeError } from './worker-messages.ts';

const HEARTBEAT_MS = 1_000;

export interface RecorderHooks {
  publish(event: StampedEvent): void;
  /** Called when a stop is requested through the run's folder. */
  stop(reason: string): void;
}

export interface RecorderOptions {
  folder: string;
  resume?: boolean;
  reportTo: readonly string[];
}

/** Maintains a run's folder while a job runs: logs, index, sinks, heartbeat, and the stop file. */
export class RunRecorder {
  readonly #run: RunFolder;
  readonly #hooks: RecorderHooks;
  readonly #timer: NodeJS.Timeout;
  #sinks: RunSink[] = [];
  #index?: IndexSink;
  #step: number;
  #phase = 'engine';
  #isEnded = false;
  #isClosed = false;

  private constructor(run: RunFolder, hooks: RecorderHooks) {
    this.#run = run;
    this.#hooks = hooks;
    this.#step = readRun(run.folder).step;
    this.#beat();
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  }

  /** Locks the folder. Errors: those of `RunFolder`, E_UNKNOWN_MONITOR. */
  static async open(options: RecorderOptions, hooks: RecorderHooks): Promise<RunRecorder> {
    const modules = await Promise.all(options.reportTo.map((name) => sinks.load(name)));
    const run = new RunFolder(options.folder, { ...options, measured: assessmentPaths(options.folder) });
    let recorder: RunRecorder | undefined;
    try {
      recorder = new RunRecorder(run, hooks);
      const warn = (error: unknown) => recorder!.#warn('W_INDEX', error);
      recorder.#index = new IndexSink(readRun(recorder.folder), warn);
      recorder.#sinks = [recorder.#index];
      for (const module of modules) recorder.#sinks.push(module.open(recorder.folder));
      return recorder;
    } catch (error) {
      // A lock held by a live process would prevent resuming the run.
      if (recorder !== undefined) clearInterval(recorder.#timer);
      run.close();
      throw error;
    }
  }

  get folder(): string {
    return this.#run.folder;
  }

  emit(event: RunEvent): void {
    if (this.#isClosed) return;
    if (event.type === 'phase-started') this.#phase = event.phase;
    if ('step' in event) this.#step = event.step;
    if (isFinal(event)) this.#isEnded = true;
    const stamped = this.#run.record(event);
    this.#hooks.publish(stamped);
    for (const sink of this.#sinks) this.#attempt(sink, () => sink.record(stamped));
  }

  /** Waits until no other run is training. @throws the signal's reason */
  async awaitTurn(signal: AbortSignal): Promise<void> {
    const { awaitTurn } = await import('../../store/run-queue.ts');
    const settled = () => this.#index!.settled();
    await awaitTurn({ folder: this.folder, signal, settled, emit: (event) => this.emit(event) });
  }

  endStopped(reason: string): void {
    if (!this.#isEnded) this.emit({ type: 'run-stopped', step: this.#step, reason });
  }

  /** Best effort: the failure may concern the disk that this would be written to. */
  endFailed(error: unknown): void {
    try {
      this.emit({ type: 'run-failed', step: this.#step, error: encodeError(error) });
    } catch {
      // The job's result carries the error itself.
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const sink of this.#sinks) {
      try {
        await sink.close();
      } catch (error) {
        this.#warn('W_MONITOR', error);
      }
    }
    await this.#report();
    this.#isClosed = true;
    this.#run.close();
  }

  async #report(): Promise<void> {
    try {
      this.#run.requireHeld();
      await writeReport(this.folder);
    } catch (error) {
      this.#warn('W_REPORT', error);
    }
  }

  /** A failing sink is dropped with a warning: a full disk for metrics must not end a training run. */
  #attempt(sink: RunSink, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#sinks = this.#sinks.filter((other) => other !== sink);
      this.#warn('W_MONITOR', error);
    }
  }

  #warn(code: string, error: unknown): void {
    try {
      this.emit({ type: 'warning-raised', code, message: (error as Error).message });
    } catch {
      // The log cannot be written either; the job's next event will fail with the reason.
    }
  }

  #beat(): void {
    const { folder, paths } = this.#run;
    const memoryBytes = process.memoryUsage.rss();
    try {
      this.#run.requireHeld();
      writeHeartbeat(folder, { pid: process.pid, at: Date.now(), step: this.#step, phase: this.#phase, memoryBytes });
    } catch (error) {
      // A failed heartbeat does not end a run; a takeover by another process does.
      if ((error as { code?: string }).code === 'E_RUN_LOCKED') this.#hooks.stop('taken over by another process');
    }
    if (existsSync(paths.stop)) this.#hooks.stop('requested through the run’s folder');
  }
}
