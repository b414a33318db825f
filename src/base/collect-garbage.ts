import { Session } from 'node:inspector/promises';

/** Frees all that this thread holds and needs no more, and gives it back to the machine: V8 keeps it until it needs memory itself. */
export async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
