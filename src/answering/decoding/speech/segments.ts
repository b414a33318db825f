/** A part of a recording with its tokens, in steps of time from the beginning of its window. */
export interface TimedTokens {
  start: number;
  end: number;
  /** Times and text. */
  ids: readonly number[];
}

/**
 * The parts that a window's tokens tell of, and how many steps of time to go on, as in the reference
 * (HF's `_retrieve_segment`): up to the last pair of times, since what is written after it may be cut off by the
 * window's end; over the whole window where the last time stands alone, or no two of them side by side.
 * @param steps steps of time that the window holds of the recording
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
