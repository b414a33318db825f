import type { Group } from '../src/engine/group/index.ts';

/** Exchange of gradients in one step. */
export interface Overlap {
  /** Bytes of gradients that this process sends. */
  sentBytes: number;
  /** Those of them sent before the end of backward, and those of exchanges that ended before it. */
  duringBackward: number;
  arrived: number;
  /** Seconds from the end of backward to the last gradient. */
  waitedSeconds: number;
}

const F32_BYTES = 4;

/** Watches a group's exchanges of gradients. Call the result after each step. */
export function watchOverlap(group: Group): () => Overlap {
  const { exchange } = group;
  let step: Overlap = emptied();
  let endOfBackward: number | undefined;
  group.exchange = (name, row, sizes) => {
    const pending = exchange.call(group, name, row, sizes);
    if (!name.startsWith('gradients')) return pending;
    const bytes = F32_BYTES * row.size;
    step.sentBytes += bytes;
    // The last bucket leaves after backward, which ends with it.
    const [, bucket, buckets] = /(\d+) of (\d+)/.exec(name)!;
    if (bucket === buckets) endOfBackward = performance.now();
    else if (endOfBackward === undefined) step.duringBackward += bytes;
    return {
      ready() {
        const found = pending.ready();
        if (found !== undefined && endOfBackward === undefined) step.arrived += bytes;
        return found;
      },
      async result() {
        const found = await pending.result();
        step.waitedSeconds = (performance.now() - endOfBackward!) / 1000;
        return found;
      },
    };
  };
  return () => {
    const done = step;
    step = emptied();
    endOfBackward = undefined;
    return done;
  };
}

function emptied(): Overlap {
  return { sentBytes: 0, duringBackward: 0, arrived: 0, waitedSeconds: 0 };
}
