import type { Call } from '../../base/call.ts';
import type { EventSink } from '../../base/events.ts';
import type { Console } from './console.ts';

/** Shows progress while `work` runs. On success the open phase is marked as completed; on failure its line is removed. */
export async function withProgress<Result>(
  context: Pick<Console, 'progress'>,
  work: (show: EventSink) => Promise<Result>,
): Promise<Result> {
  const progress = context.progress();
  try {
    const result = await work(progress.show);
    progress.close(true);
    return result;
  } catch (error) {
    progress.close();
    throw error;
  }
}

/** Runs `work` with progress and notices on standard error. `stopping` is printed at the first Ctrl-C, if that requests a stop. */
export function withCall<Result>(
  console: Console,
  stopping: string | (() => string) | undefined,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  const signal = stopping === undefined ? new AbortController().signal : console.stopSignal(stopping);
  const onNotice = (notice: string) => console.log.line(console.log.colours.dim(notice));
  return withProgress(console, (onEvent) => work({ onEvent, signal, onNotice }));
}
