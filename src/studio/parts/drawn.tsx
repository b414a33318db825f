import { useLayoutEffect, useRef } from 'preact/hooks';
import { filterSamples } from '../../jobs/report/filter-samples.ts';

/**
 * A part of a report as written by `html`, which escapes all content. Opened details stay open when a newer version
 * replaces it.
 */
export function Drawn({ text }: { text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const box = place.current!;
    const opened = [...box.querySelectorAll('details')].map(({ open }) => open);
    box.innerHTML = text;
    for (const [at, element] of [...box.querySelectorAll('details')].entries()) element.open = opened[at] === true;
    box.querySelector('h1')?.setAttribute('tabindex', '-1');
    filterSamples(box);
  }, [text]);
  return <div ref={place} />;
}
