import type { Call } from '../../base/call.ts';
import type { EventSink } from '../../base/events.ts';
import type { Console } from './console.ts';

/** Shows what happens while `work` runs; its open phase is ticked where it ends well, and taken away where it fails. */
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

/** Runs `work` with progress and remarks on standard error. `stopping` is what is said at the first Ctrl-C, if it stops at that. */
export function withCall<Result>(
  console: Console,
  stopping: string | (() => string) | undefined,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  const signal = stopping === undefined ? new AbortController().signal : console.stopSignal(stopping);
  const onNotice = (notice: string) => console.log.line(console.log.colours.dim(notice));
  return withProgress(console, (onEvent) => work({ onEvent, signal, onNotice }));
}
