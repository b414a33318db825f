import { isPlainObject } from '../base/plain-object.ts';
import { basename, join } from 'node:path';
import type { CourseJudged, DataPrepared, Metrics, RunEvent, RunStarted, StampedEvent } from '../base/events.ts';

/**
 * `waiting`: it begins once no other run is training. `interrupted`: the process disappeared; the run can be resumed from
 * its last checkpoint.
 */
export type RunStatus = 'waiting' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** State of a run, computed from its events. Paths are absolute, times milliseconds since the epoch. */
export interface RunSummary {
  id: string;
  name: string;
  folder: string;
  status: RunStatus;
  model?: string;
  tuning?: string;
  objective?: string;
  /** As named in the recipe. */
  source?: string;
  createdAt: number;
  updatedAt: number;
  finishedAt?: number;
  step: number;
  steps?: number;
  epoch?: number;
  loss?: number;
  /** Metrics of the latest evaluation, or of the finished run. */
  metrics: Metrics;
  data?: Pick<DataPrepared, 'format' | 'rows' | 'hashes'>;
  result?: string;
  /** Step whose weights became the result. */
  resultStep?: number;
  error?: string;
  /** Advice on the error. */
  fix?: string;
  /** Judgement of the settings from the course of the losses. */
  advice?: Omit<CourseJudged, 'type'>;
}

/** Clears an earlier failure. */
const UNDER_WAY = { status: 'running', error: undefined, fix: undefined, finishedAt: undefined } as const;

type Recorder<Event extends RunEvent> = (summary: RunSummary, event: Event) => void;

/** Updates by type of event; other events do not affect the summary. */
const recorders: { [Type in RunEvent['type']]?: Recorder<Extract<RunEvent, { type: Type }>> } = {
  'run-queued': (summary) => {
    Object.assign(summary, { ...UNDER_WAY, status: 'waiting' });
  },
  'run-started': (summary, event) => {
    // A resumed run emits this event again, but keeps the folder's original id.
    const id = summary.id === summary.folder ? event.run : summary.id;
    Object.assign(summary, { id, ...UNDER_WAY, ...namesOf(event) });
  },
  'data-prepared': (summary, { format, rows, hashes }) => {
    summary.data = { format, rows, hashes };
  },
  'step-finished': (summary, { step, steps, epoch, loss }) => {
    Object.assign(summary, { step, steps, epoch, loss: loss ?? undefined });
  },
  'evaluation-finished': (summary, event) => {
    summary.metrics = { ...summary.metrics, ...prefixed(event.split, event.metrics) };
  },
  'course-judged': (summary, { course, finding, change }) => {
    summary.advice = { course, finding, change };
  },
  'run-resumed': (summary, { step }) => {
    Object.assign(summary, { step, ...UNDER_WAY });
  },
  'run-stopped': (summary, { step }) => end(summary, 'stopped', step),
  'run-failed': (summary, { step, error }) => {
    end(summary, 'failed', step);
    summary.error = String(error.what ?? error.message ?? 'unknown error');
    if (typeof error.fix === 'string') summary.fix = error.fix;
  },
  'run-finished': (summary, { step, result, metrics }) => {
    end(summary, 'finished', Math.max(summary.step, step));
    summary.resultStep = step;
    // Resolved against the run's folder, which may have been moved.
    summary.result = join(summary.folder, basename(result));
    // The result's step may differ from the one evaluated last.
    const chosen = Object.entries(prefixed('validation', metrics)).filter(([name]) => name in summary.metrics);
    summary.metrics = { ...summary.metrics, ...metrics, ...Object.fromEntries(chosen) };
  },
};

/** The folder (absolute) serves as the id until the first event. */
export function emptySummary(folder: string): RunSummary {
  return {
    id: folder,
    name: basename(folder),
    folder,
    status: 'running',
    createdAt: 0,
    updatedAt: 0,
    step: 0,
    metrics: {},
  };
}

/**
 * Adds one event to the summary. Invalid events are ignored: a folder may come from an untrusted source. @returns
 * whether it was valid
 */
export function recordEvent(summary: RunSummary, event: StampedEvent): boolean {
  const next = { ...summary };
  try {
    if (next.createdAt === 0) next.createdAt = event.at;
    next.updatedAt = event.at;
    const record = Object.hasOwn(recorders, event.type) ? (recorders[event.type] as Recorder<RunEvent>) : undefined;
    record?.(next, event);
    if (next.status !== 'running' && next.status !== 'waiting') next.finishedAt = event.at;
  } catch {
    return false;
  }
  if (!isSummary(next)) return false;
  // Fields cleared by an event are removed.
  for (const key of Object.keys(next) as (keyof RunSummary)[]) if (next[key] === undefined) delete next[key];
  for (const key of Object.keys(summary) as (keyof RunSummary)[]) if (!(key in next)) delete summary[key];
  Object.assign(summary, next);
  return true;
}

const TEXTS = [
  'id',
  'name',
  'folder',
  'status',
  'model',
  'tuning',
  'objective',
  'source',
  'result',
  'error',
  'fix',
] as const;
const NUMBERS = ['createdAt', 'updatedAt', 'finishedAt', 'step', 'steps', 'epoch', 'loss', 'resultStep'] as const;
const NEEDED: ReadonlySet<string> = new Set(['id', 'name', 'folder', 'status', 'createdAt', 'updatedAt', 'step']);

function isSummary(summary: RunSummary): boolean {
  const has = (key: keyof RunSummary, is: (value: unknown) => boolean): boolean =>
    summary[key] === undefined ? !NEEDED.has(key) : is(summary[key]);
  const { format, hashes = {}, rows = {} } = summary.data ?? {};
  if (!isPlainObject(hashes) || !isPlainObject(rows) || !isPlainObject(summary.metrics)) return false;
  return (
    TEXTS.every((key) => has(key, isText)) &&
    NUMBERS.every((key) => has(key, isNumber)) &&
    Object.values(summary.metrics).every((value) => typeof value === 'number' || value === null) &&
    (summary.data === undefined || isText(format)) &&
    Object.values(hashes).every(isText) &&
    Object.values(rows).every(isNumber)
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
/** The maximum of a time stamp, far above any count. */
const isNumber = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 8.64e15;

/** Whether the event ends the run. */
export function isFinal(event: RunEvent): boolean {
  return event.type === 'run-finished' || event.type === 'run-stopped' || event.type === 'run-failed';
}

/** `loss` on "validation" becomes `eval_loss`, as other tools log it; on "test" it becomes `test_loss`. */
export function prefixed(split: string, metrics: Metrics): Metrics {
  const prefix = split === 'validation' ? 'eval' : split;
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}_${name}`, value]));
}

function end(summary: RunSummary, status: RunStatus, step: number): void {
  Object.assign(summary, { status, step });
}

/** The recipe's `model`, `tuning`, `objective` and `data.train`, each a name or an object with one. */
function namesOf(event: RunStarted): Partial<RunSummary> {
  const recipe = (event.recipe ?? {}) as Record<string, unknown>;
  const data = (recipe.data ?? {}) as Record<string, unknown>;
  return {
    model: nameIn(recipe.model, 'name'),
    tuning: nameIn(recipe.tuning, 'method'),
    objective: nameIn(recipe.objective, 'name'),
    source: sourceOf(data.train),
  };
}

function nameIn(value: unknown, key: string): string | undefined {
  const name = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : value;
  return typeof name === 'string' ? name : undefined;
}

function sourceOf(train: unknown): string | undefined {
  if (!Array.isArray(train)) return nameIn(train, 'path');
  return train.map((part) => nameIn(part, 'path') ?? '?').join(', ');
}
