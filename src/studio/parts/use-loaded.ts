import { useEffect, useState } from 'preact/hooks';
import { failureOf, type Failure } from '../client.ts';

const POLL_MS = 500;

export interface Loaded<Value> {
  value?: Value;
  failure?: Failure;
}

/** Result of a request, which is sent whenever one of `given` changes, and repeated until `isLast`. */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  given: readonly unknown[] = [],
  isLast: (value: Value) => boolean = () => true,
): Loaded<Value> {
  const [found, setFound] = useState<Loaded<Value>>({});
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const value = await load(gone.signal);
        if (gone.signal.aborted) return;
        setFound({ value });
        if (!isLast(value)) timer = setTimeout(() => void ask(), POLL_MS);
      } catch (error) {
        if (!gone.signal.aborted) setFound({ failure: failureOf(error) });
      }
    };
    setFound({});
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, given);
  return found;
}
