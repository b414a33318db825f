import { getHeapStatistics } from 'node:v8';

/** A collection takes tens of milliseconds regardless of how much it frees; below this much new memory it is skipped. */
const WORTH_BYTES = 16 * 2 ** 20;

/** Heap in use after the last collection. */
let left = 0;

/**
 * Collects garbage and returns the freed memory to the operating system; V8 alone would keep it. A no-op if the heap
 * has hardly grown or Node's inspector is unavailable.
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
