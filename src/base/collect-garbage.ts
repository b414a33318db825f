/**
 * Frees all that this thread holds and needs no more, and gives it back to the machine: V8 keeps it until it needs memory
 * itself. Where Node has no inspector, or may not use it, nothing happens.
 */
export async function collectGarbage(): Promise<void> {
  try {
    const { Session } = await import('node:inspector/promises');
    const session = new Session();
    session.connect();
    try {
      await session.post('HeapProfiler.enable');
      await session.post('HeapProfiler.collectGarbage');
    } finally {
      session.disconnect();
    }
  } catch {
    // It only saves memory.
  }
}
