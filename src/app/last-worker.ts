import { untilFree } from '../store/run-lock.ts';

/** Milliseconds that the worker of a killed process may take to notice that and exit. */
const LAST_STEP = 60_000;

/** Waits until the worker of an earlier, killed call has let go of the folder. @throws the signal's reason */
export async function lastWorkerEnded(folder: string, signal: AbortSignal): Promise<void> {
  await untilFree(folder, AbortSignal.any([signal, AbortSignal.timeout(LAST_STEP)]));
  signal.throwIfAborted();
}
