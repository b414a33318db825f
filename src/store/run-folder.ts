import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { EvaluationFinished, RunEvent, StampedEvent, StepFinished } from '../base/events.ts';
import { writeFailure } from '../files/atomic.ts';
import { makeFolders } from '../files/make-folder.ts';
import { writeJson } from '../files/json.ts';
import { listCheckpoints, removeUnfinished } from './checkpoints.ts';
import { isFile, JsonLinesWriter, readJsonLines } from './json-lines.ts';
import { isOwn } from './process-identity.ts';
import { findLockOwner, lockRun, refuseLocked, type RunLock } from './run-lock.ts';
import { runPaths, type RunPaths } from './run-paths.ts';
import { emptySummary, prefixed, recordEvent, type RunSummary } from './run-summary.ts';

export interface RunFolderOptions {
  resume?: boolean;
  /** File names of an earlier run's assessments, which a new run deletes. */
  measured?: readonly string[];
}

/** A run's folder held by this process: events become recipe.json, events.jsonl and metrics.jsonl. */
export class RunFolder {
  readonly folder: string;
  readonly paths: RunPaths;
  readonly #lock: RunLock;
  readonly #events: JsonLinesWriter;
  readonly #metrics: JsonLinesWriter;

  /**
   * Locks the folder. Unless it is resumed it must not contain an earlier run's checkpoints or result; the logs of a
   * run without either are deleted. @throws AttuneError E_RUN_LOCKED, E_RUN_EXISTS, E_NOT_WRITABLE, E_DISK_FULL
   */
  constructor(folder: string, options: RunFolderOptions = {}) {
    this.folder = resolve(folder);
    this.paths = runPaths(this.folder);
    makeFolder(this.folder);
    this.#lock = lockRun(this.folder);
    try {
      if (options.resume !== true) removeEarlierRun(this.folder, this.paths, options.measured);
      rmSync(this.paths.stop, { force: true });
      removeUnfinished(this.folder);
      this.#events = new JsonLinesWriter(this.paths.events);
      this.#metrics = new JsonLinesWriter(this.paths.metrics);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** @throws AttuneError E_RUN_LOCKED if another process has locked the folder in the meantime */
  requireHeld(): void {
    this.#lock.requireHeld();
  }

  /** @throws AttuneError E_RUN_LOCKED, E_DISK_FULL, … */
  record(event: RunEvent): StampedEvent {
    this.#lock.requireHeld();
    const stamped = { at: Date.now(), ...event };
    this.#events.append(stamped);
    if (event.type === 'run-started') writeJson(this.paths.recipe, event.recipe);
    if (event.type === 'step-finished') this.#metrics.append(stepMetrics(event));
    if (event.type === 'evaluation-finished') this.#metrics.append(evaluationMetrics(event));
    return stamped;
  }

  close(): void {
    this.#events.close();
    this.#metrics.close();
    this.#lock.release();
  }
}

/** Id of a new run: its start time and three random bytes. */
export function newRunId(now = new Date()): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${randomBytes(3).toString('hex')}`;
}

/** Whether the folder contains a run, running or not. */
export function isRunFolder(folder: string): boolean {
  return isFile(runPaths(folder).events);
}

/** Whether the start of the run was recorded; otherwise there is nothing to resume. */
export function hasStarted(folder: string): boolean {
  return isRunFolder(folder) && [...readEvents(folder)].some(({ type }) => type === 'run-started');
}

/** Summary of a folder's run, from its events and its lock. @throws AttuneError E_RUN_MISSING */
export function readRun(folder: string): RunSummary {
  const absolute = resolve(folder);
  requireRun(absolute);
  const summary = emptySummary(absolute);
  for (const event of readEvents(absolute)) recordEvent(summary, event);
  return withLiveStatus(summary);
}

/** Adds the live status: events cannot tell that the process died, or that another one has started to resume. */
export function withLiveStatus(summary: RunSummary): RunSummary {
  const owner = findLockOwner(summary.folder);
  const isOpen = summary.status === 'running' || summary.status === 'waiting';
  if (owner !== undefined) return isOwn(owner) || isOpen ? summary : { ...summary, status: 'running' };
  return isOpen ? { ...summary, status: 'interrupted' } : summary;
}

/** Reads the run's events. Skips other lines, such as torn ones. */
export function* readEvents(folder: string): Generator<StampedEvent> {
  for (const event of readJsonLines<StampedEvent | null>(runPaths(folder).events)) if (isEvent(event)) yield event;
}

export function isEvent(value: StampedEvent | null): value is StampedEvent {
  return typeof value?.type === 'string' && typeof value.at === 'number';
}

export function requireRun(folder: string): void {
  if (isRunFolder(folder)) return;
  throw new AttuneError('E_RUN_MISSING', {
    what: `${folder} does not contain a run`,
    expected: `a folder with events.jsonl, as \`attune train\` writes it`,
    fix: '`attune runs list` shows the known runs',
  });
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

/** Fails if a new run could not use the folder. @throws AttuneError E_RUN_EXISTS, E_RUN_LOCKED */
export function checkFree(folder: string): void {
  refuseLocked(folder);
  refuseWork(folder);
}

function refuseWork(folder: string): void {
  if (holdsWork(folder)) {
    throw new AttuneError('E_RUN_EXISTS', {
      what: `${folder} already contains a run with checkpoints or a result`,
      fix:
        `resume it with \`attune runs resume ${folder}\`, choose another output_dir, ` +
        'or replace it: --overwrite, in a program train(recipe, { overwrite: true })',
    });
  }
}

function removeEarlierRun(folder: string, paths: RunPaths, measured: readonly string[] = []): void {
  refuseWork(folder);
  const stale = [paths.events, paths.metrics, paths.heartbeat, paths.samples, paths.measured];
  const reports = [paths.reportHtml, paths.reportJson];
  for (const path of [...stale, ...reports, ...measured]) removeFile(path);
  rmSync(paths.tensorboard, { recursive: true, force: true });
}

function removeFile(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function holdsWork(folder: string): boolean {
  if (listCheckpoints(folder).length > 0) return true;
  for (const event of readEvents(folder)) if (event.type === 'run-finished') return true;
  return false;
}

/** One row of metrics.jsonl with the keys that other tools use. */
export function stepMetrics(event: StepFinished): Record<string, number> {
  const { step, epoch, loss, grad_norm, learning_rate, inputTokens, metrics } = event;
  return finite({ step, epoch, loss, grad_norm, learning_rate, num_tokens: inputTokens, ...metrics });
}

export function evaluationMetrics(event: EvaluationFinished): Record<string, number> {
  return finite({ step: event.step, epoch: event.epoch, ...prefixed(event.split, event.metrics) });
}

function finite(row: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => Number.isFinite(value)));
}
