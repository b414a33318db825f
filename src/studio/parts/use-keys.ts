import { useLayoutEffect, useRef } from 'preact/hooks';

/** Keys pressed anywhere on the page; `take` returns whether it handled one. */
export function useKeys(take: (key: string, target: EventTarget | null) => boolean): void {
  const latest = useRef(take);
  latest.current = take;
  // Before the next paint: a key pressed as soon as something is shown must not be lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (latest.current(event.key, event.target)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
