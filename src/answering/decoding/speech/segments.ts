/** A segment with its tokens; times in steps from the start of its window. */
export interface TimedTokens {
  start: number;
  end: number;
  /** Timestamp and text tokens. */
  ids: readonly number[];
}

/**
 * The segments in a window's tokens, and the number of steps to advance, as in HF's `_retrieve_segment`. Segments count
 * up to the last pair of timestamps, since text after it may be cut off by the window's end. If the last timestamp
 * stands alone, or no two are adjacent, they cover the whole window.
 * @param steps number of steps of the window that belong to the recording
 */
export function segmentsOf(
  ids: readonly number[],
  { firstTime, steps }: { firstTime: number; steps: number },
): { segments: TimedTokens[]; next: number } {
  const isTime = (id: number | undefined) => id !== undefined && id >= firstTime;
  const ends = ids.flatMap((id, i) => (isTime(ids[i - 1]) && isTime(id) ? [i] : []));
  const place = (id: number) => id - firstTime;
  if (ends.length === 0) {
    const times = ids.filter(isTime).map(place);
    const [start, end] = times.length > 1 ? times.slice(-2) : [times[0] ?? 0, steps];
    return { segments: [{ start, end, ids }], next: steps };
  }
  const isWhole = isTime(ids.at(-1)) && !isTime(ids.at(-2));
  const cuts = [0, ...ends, ...(isWhole ? [ids.length] : [])];
  const segments = cuts.slice(1).map((cut, i) => {
    const some = ids.slice(cuts[i], cut);
    return { start: place(some[0]), end: place(some.at(-1)!), ids: some };
  });
  return { segments, next: isWhole ? steps : segments.at(-1)!.end };
}
