/** Which process works on a job or an evaluation, and whether it still does. */
import { parseJson } from '../files/json.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../store/process-identity.ts';

interface Worker extends ProcessIdentity {
  /** When it last said that it works: nobody sees a process of another machine. */
  seenAt: number;
}

/** A worker of another machine that has not been heard of for so long is gone. */
const LOST_MS = 60_000;
/** Between signs of life. */
export const KEEP_MS = 10_000;

export function workerNow(): string {
  const worker: Worker = { ...ownIdentity(), seenAt: Date.now() };
  return JSON.stringify(worker);
}

/** Whether a process of this machine works on it. */
export function isWorkedOnHere(worker: string | null): boolean {
  return worker !== null && isAlive(parseJson(worker) as Worker) === true;
}

/** Whether nobody works on it any more. */
export function isLost(worker: string | null): boolean {
  if (worker === null) return true;
  const known = parseJson(worker) as Partial<Worker> & ProcessIdentity;
  return !(isAlive(known) ?? Date.now() - (known.seenAt ?? 0) < LOST_MS);
}
