import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { StampedEvent } from '../../base/events.ts';
import { runPaths } from '../../store/run-paths.ts';
import { crashError, recordCrash } from './crash.ts';
import { takeAhead } from './fork-ahead.ts';
import { forkWithOutput, workerProgram } from './fork-process.ts';
import { JobClient } from './job-client.ts';
import type { JobSpec } from '../../base/job.ts';
import { decodeError, mapError, stopped, type FromWorker, type ToWorker } from './worker-messages.ts';

const OUTPUT_KEPT = 16_000;
const KILLED = 'the worker was killed before it could save';

export interface ForkOptions {
  spec: JobSpec;
  /** Continues after this process ends, with its output in the folder's log. */
  detach: boolean;
  onEvent: (event: StampedEvent) => void;
  /** Worker program; by default the standard one. */
  entry?: URL;
}

/** A job in a separate process: a crash in native code only ends that process and becomes E_WORKER_CRASHED. */
export class ForkedWorker {
  readonly client: JobClient;
  readonly #child: ChildProcess;
  readonly #spec: JobSpec;
  #output = '';
  #step = 0;
  #phase?: string;
  #stoppedFor?: string;
  #killedFor?: string;
  #isReleased = false;

  constructor({ spec, detach, onEvent, entry }: ForkOptions) {
    this.#spec = spec;
    this.client = new JobClient(
      (message) => this.#post(message),
      (event) => {
        this.#follow(event);
        onEvent(event);
      },
    );
    const isPlain = entry === undefined && !detach && spec.folder === undefined;
    this.#child = (isPlain ? takeAhead() : undefined) ?? forkWithOutput(entry ?? workerProgram(), detach, spec.folder);
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (data) => this.#keep(data));
    this.#child.on('message', (message) => this.client.receive(mapError(message as FromWorker, decodeError)));
    this.#child.on('error', (error) => this.client.fail(error));
    this.#child.on('close', (exitCode, signal) => void this.#onClose(exitCode, signal, onEvent));
    this.#post({ type: 'start', spec, detach });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Requests the job to save and stop. */
  stop(reason: string): void {
    this.#stoppedFor ??= reason;
    this.client.stop(reason);
    // A suspended process would never hear it, and outlive this one.
    this.#child.kill('SIGCONT');
  }

  /** Kills the worker at once, without saving. */
  kill(reason = KILLED): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Lets this process exit while the detached worker continues. */
  release(): void {
    this.#isReleased = true;
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }

  #post(message: ToWorker): void {
    // A failure means that the worker is gone, which the 'close' event reports.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #follow(event: StampedEvent): void {
    if (event.type === 'phase-started') this.#phase = event.phase;
    if ('step' in event) this.#step = event.step;
  }

  #keep(data: Buffer): void {
    this.#output = (this.#output + data.toString('utf8')).slice(-OUTPUT_KEPT);
  }

  async #onClose(
    exitCode: number | null,
    signal: NodeJS.Signals | null,
    onEvent: (event: StampedEvent) => void,
  ): Promise<void> {
    if (this.client.isOver || this.#isReleased) return;
    const { job, folder } = this.#spec;
    const wasAsked = signal === 'SIGKILL' && isStopAsked(folder);
    // Ctrl-C in a terminal reaches a worker that is still starting, and kills it.
    const early = signal === 'SIGINT' || signal === 'SIGTERM' ? this.#stoppedFor : undefined;
    const reason = this.#killedFor ?? early ?? (wasAsked ? KILLED : undefined);
    if (reason !== undefined) return this.client.fail(stopped(reason, folder));
    const error = crashError({
      job,
      signal,
      exitCode,
      step: this.#step,
      phase: this.#phase,
      folder,
      output: this.#output,
    });
    const recorded = folder !== undefined && this.client.hasStarted ? await recordCrash(folder, error) : undefined;
    if (recorded !== undefined) onEvent(recorded);
    this.client.fail(error);
  }
}

/** Whether a stop was requested through the folder. */
function isStopAsked(folder: string | undefined): boolean {
  return folder !== undefined && existsSync(runPaths(folder).stop);
}
