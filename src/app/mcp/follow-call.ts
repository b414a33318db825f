import { createProgress } from '../terminal/progress/index.ts';
import { createTerminal } from '../terminal/terminal.ts';
import type { Caller } from '../access/scopes.ts';
import type { CallLine, Calls, CallState } from '../calls/calls.ts';

export interface Followed {
  state: CallState;
  /** The latest line of progress. */
  progress?: string;
}

/** Follows a call until it has a result, has ended, or the signal is aborted; undefined for an unknown id. */
export async function followCall(
  calls: Calls,
  { id, caller }: { id: string; caller: Caller },
  { until, onLine }: { until: AbortSignal; onLine: (line: string) => void },
): Promise<Followed | undefined> {
  let progress: string | undefined;
  const show = lineByLine((line) => {
    progress = line;
    onLine(line);
  });
  for (let since = 0; ;) {
    const part = await calls.follow(id, caller, { since, until });
    if (part === undefined) return undefined;
    since = part.next;
    part.lines.forEach(show);
    const { state } = part;
    // A server has a result while it is running.
    if (state.status !== 'running' || state.result !== undefined || until.aborted) return { state, progress };
  }
}

/** Renders events as a terminal would, without colours. */
function lineByLine(onLine: (line: string) => void): (line: CallLine) => void {
  const write = (text: string): void => {
    for (const line of text.split('\n')) if (line.trim() !== '') onLine(line.trim());
  };
  const progress = createProgress(createTerminal({ write }, { NO_COLOR: '1' }));
  return (line) => {
    if ('event' in line) progress.show(line.event);
    else if ('notice' in line) onLine(line.notice);
  };
}
