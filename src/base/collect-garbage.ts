import { getHeapStatistics } from 'node:v8';

/** A collection takes tens of milliseconds regardless of how much it frees; below this much new memory it is skipped. */
const WORTH_BYTES = 16 * 2 ** 20;

/** Heap in use after the last collection. */
let left = 0;

/**
 * Frees all that this thread no longer needs and gives it back to the machine: V8 keeps it until it needs memory
 * itself. Does nothing where the heap has hardly grown, or where Node has no inspector or may not use it.
 */
export async function collectGarbage(): Promise<void> {
  if (heldBytes() < left + WORTH_BYTES) return;
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
    // Collecting is only an optimisation.
  }
  left = heldBytes();
}

function heldBytes(): number {
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
