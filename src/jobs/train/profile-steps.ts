import { plural } from '../../base/format.ts';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { ProfiledPart } from '../../base/profile-event.ts';
import { pushAll } from '../../base/many.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import type { Model } from '../../models/model.ts';
import type { PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import { startProfile, stopProfile, type Span } from '../../engine/tensor/index.ts';
import { utilisationOf } from './utilisation.ts';

/** Skips the first step, which allocates buffers that later steps reuse. */
const FIRST = 2;
const STEPS = 2;

/** Context of the recorded run. */
interface Recorded {
  folder: string;
  emit: EventSink;
  signal: AbortSignal;
  model: Model;
}

/**
 * Records a few steps of a run, writes them as a Chrome trace and reports where the time went. @throws AttuneError
 * E_PROFILE_STEPS if the run ends before
 */
export function profileSteps(
  totalSteps: number,
  run: Recorded,
): <T>(body: () => Promise<T>, rows: readonly PreparedRow[]) => Promise<T> {
  const last = FIRST + STEPS - 1;
  if (totalSteps < last) {
    throw new AttuneError('E_PROFILE_STEPS', {
      what: `--profile records steps ${FIRST} to ${last}, but this run ends earlier`,
      got: plural(totalSteps, 'steps'),
      fix: `raise max_steps or epochs to at least ${last} steps`,
    });
  }
  let step = 0;
  const seen: PreparedRow[] = [];
  let isRecording = false;
  const end = (): Span[] => {
    isRecording = false;
    return stopProfile();
  };
  // Stops recording if the run ends early, so that later work is not recorded.
  const giveUp = (): void => void (isRecording && end());
  run.signal.addEventListener('abort', giveUp, { once: true });
  return async (body, rows) => {
    step++;
    if (step === FIRST && !run.signal.aborted) {
      startProfile();
      isRecording = true;
    }
    try {
      const result = await body();
      if (isRecording) pushAll(seen, rows);
      if (step === last && isRecording) report(end(), seen, run);
      return result;
    } catch (error) {
      giveUp();
      throw error;
    }
  };
}

function report(spans: readonly Span[], rows: readonly PreparedRow[], { folder, emit, model }: Recorded): void {
  const path = join(folder, 'profile.json');
  writeFileAtomic(path, traceOf(spans));
  const roots = spans.filter(isPhase);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const seconds = sum(roots.map(({ start, end }) => end - start)) / 1e6;
  emit({
    type: 'profile-finished',
    path,
    steps: STEPS,
    seconds: seconds / STEPS,
    processorSeconds: sum(roots.map(({ processor }) => processor)) / 1e6 / STEPS,
    utilisation: utilisationOf(model, rows, seconds),
    phases: partsOf(spans, totalsOf(spans), isPhase),
    stages: partsOf(spans, totalsOf(spans), isStage),
    operators: partsOf(spans, ownOf(spans), (one) => !isPhase(one) && !isStage(one)),
  });
}

/** Operators between phases have their namespace in their names. */
function isPhase({ name, parent }: Span): boolean {
  return parent < 0 && !name.includes('::');
}

/** A block, or the stages before and after the blocks (named by `Tape`). */
function isStage({ name }: Span): boolean {
  return /^stage \d+ (for|back)ward$/.test(name);
}

interface Amount {
  seconds: number;
  processorSeconds: number;
  bytes: number;
}

/** Cost of each span, including nested spans. */
function totalsOf(spans: readonly Span[]): Amount[] {
  const totals = spans.map(amountOf);
  for (let i = spans.length - 1; i >= 0; i--) {
    const { parent } = spans[i];
    if (parent >= 0) totals[parent].bytes += totals[i].bytes;
  }
  return totals;
}

/** Cost of each span, excluding nested spans. */
function ownOf(spans: readonly Span[]): Amount[] {
  const own = spans.map(amountOf);
  for (const span of spans) {
    if (span.parent < 0) continue;
    const { seconds, processorSeconds } = amountOf(span);
    own[span.parent].seconds -= seconds;
    own[span.parent].processorSeconds -= processorSeconds;
  }
  return own;
}

function amountOf({ start, end, processor, bytes }: Span): Amount {
  return { seconds: (end - start) / 1e6, processorSeconds: processor / 1e6, bytes };
}

/** Amounts per step, summed by name, longest first. */
function partsOf(spans: readonly Span[], amounts: readonly Amount[], counts: (span: Span) => boolean): ProfiledPart[] {
  const parts = new Map<string, ProfiledPart>();
  for (const [i, span] of spans.entries()) {
    if (!counts(span)) continue;
    const { name } = span;
    const part = parts.get(name) ?? { name, calls: 0, seconds: 0, processorSeconds: 0, bytes: 0 };
    parts.set(name, part);
    part.calls += 1 / STEPS;
    for (const key of ['seconds', 'processorSeconds', 'bytes'] as const) part[key] += amounts[i][key] / STEPS;
  }
  return [...parts.values()].toSorted((a, b) => b.processorSeconds - a.processorSeconds);
}

/** The format of chrome://tracing and ui.perfetto.dev: complete events in microseconds. */
function traceOf(spans: readonly Span[]): string {
  const events = spans.map(({ name, start, end, processor, bytes }) =>
    JSON.stringify({ name, ph: 'X', pid: 1, tid: 1, ts: start, dur: end - start, args: { processor, bytes } }),
  );
  return `{"traceEvents":[\n${events.join(',\n')}\n]}\n`;
}
