import { useEffect, useRef, useState } from 'preact/hooks';
import type { CallState } from '../../app/calls/calls.ts';
import { failureOf, followCall, startCall, stopCall, type CallPart, type Failure } from '../client.ts';

/** A use case called from a screen, with its progress, result and error. */
export interface LiveCall<Result> {
  isRunning: boolean;
  /** The latest line for people: a phase, progress, a notice. */
  progress?: string;
  /** Progress from 0 to 1, if known. */
  share?: number;
  result?: Result;
  failure?: Failure;
  state?: CallState;
  isAway: boolean;
  start(input: object): void;
  stop(): void;
}

type Seen<Result> = Omit<LiveCall<Result>, 'start' | 'stop'>;
const IDLE = { isRunning: false, isAway: false };

export function useCall<Result>(name: string, onResult?: (result: Result) => void): LiveCall<Result> {
  const [seen, setSeen] = useState<Seen<Result>>(IDLE);
  const gone = useRef<AbortController>(undefined);
  // A promise, so that a call can be stopped before the server has returned its id.
  const id = useRef<Promise<string>>(undefined);
  useEffect(() => () => gone.current?.abort(), []);
  useEffect(() => {
    if (seen.result !== undefined) onResult?.(seen.result);
  }, [seen.result]);
  const add = (more: Partial<Seen<Result>>) => setSeen((before) => ({ ...before, ...more }));
  const run = async (input: object, signal: AbortSignal) => {
    try {
      const starting = startCall(name, input);
      id.current = starting.then((state) => state.id);
      const state = await starting;
      if (signal.aborted) return;
      add({ state });
      const take = (part: CallPart) => add(read<Result>(part));
      await followCall(state.id, take, { signal, onAway: (isAway) => add({ isAway }) });
    } catch (error) {
      if (!signal.aborted) add({ isRunning: false, failure: failureOf(error) });
    }
  };
  return {
    ...seen,
    start(input) {
      gone.current?.abort();
      gone.current = new AbortController();
      setSeen({ ...IDLE, isRunning: true });
      void run(input, gone.current.signal);
    },
    stop() {
      // A call that failed to start needs no stop; one that has ended may no longer be known.
      void id.current?.then(stopCall).catch(() => undefined);
    },
  };
}

function read<Result>({ lines, state }: CallPart): Partial<Seen<Result>> {
  const seen: Partial<Seen<Result>> = { state, isRunning: state.status === 'running' };
  for (const line of lines) {
    if ('notice' in line) seen.progress = line.notice;
    else if (!('event' in line)) continue;
    else if (line.event.type === 'phase-started')
      Object.assign(seen, { progress: line.event.message, share: undefined });
    else if (line.event.type === 'work-advanced') {
      const { done, total, unit } = line.event;
      seen.progress = total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
      seen.share = total === undefined ? undefined : done / total;
    }
  }
  if (state.result !== undefined) seen.result = state.result as Result;
  if (state.error !== undefined) seen.failure = state.error as unknown as Failure;
  return seen;
}
