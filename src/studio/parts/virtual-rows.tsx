import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCount, plural, valueText } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { Row } from '../../app/studio/row-labels.ts';
import type { RowPage } from '../../app/studio/row-pages.ts';

/** Requests rows by index. */
export type Source = (from: number, count: number, signal: AbortSignal) => Promise<RowPage>;

interface VirtualOptions {
  label: string;
  columns: readonly string[];
  source: Source;
  noteOf(place: number): string | undefined;
  onOpen(place: number, row: Row): void;
  onFailure(error: unknown): void;
}

const ROW_HEIGHT = 34;
/** Rows that are in view. */
const VIEW = 12;
const FETCHED = 60;
/**
 * Browsers limit an element's height to some tens of millions of pixels; in longer lists, scroll positions are scaled.
 */
const MOST_PIXELS = 8_000_000;
const POLL_MS = 700;

/** A list of any length that loads and renders only the rows in view. */
export function VirtualRows({ label, columns, source, noteOf, onOpen, onFailure }: VirtualOptions) {
  const { first, page, setFirst } = usePage(source, onFailure);
  const total = page?.total ?? 0;
  const last = Math.max(0, total - VIEW);
  const height = Math.min(MOST_PIXELS, total * ROW_HEIGHT);
  const scrolled = height - VIEW * ROW_HEIGHT;
  const onScroll = (top: number) => setFirst(scrolled <= 0 ? 0 : Math.min(last, Math.round((top / scrolled) * last)));
  const held = new Map(page?.rows.map(([place, row], at) => [page.from + at, [place, row] as const]));
  const shown = Array.from({ length: Math.min(VIEW, total - first) }, (_, at) => first + at);
  const top = scrolled <= 0 ? 0 : (first / Math.max(1, last)) * scrolled;
  return (
    <>
      <p class="soft small" role="status">
        {page === undefined ? 'Reading …' : `${plural(total, 'rows')}${page.isWhole ? '' : ' so far'}`}
      </p>
      <div
        class="virtual"
        tabIndex={0}
        role="region"
        aria-label={label}
        style={{ height: `${VIEW * ROW_HEIGHT + 40}px` }}
        onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
      >
        <div style={{ height: `${height + 40}px` }}>
          <table style={{ transform: `translateY(${top}px)` }} aria-rowcount={total + 1}>
            <thead>
              <tr aria-rowindex={1}>
                <th class="number">Row</th>
                {columns.map((name) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((at) => {
                const [place, row] = held.get(at) ?? [undefined, undefined];
                return (
                  <tr key={at} aria-rowindex={at + 2} style={{ height: `${ROW_HEIGHT}px` }}>
                    <th class="number">
                      {place !== undefined && (
                        <button type="button" class="quiet" onClick={() => onOpen(place, row)}>
                          {formatCount(place + 1)}
                          {noteOf(place) !== undefined && <small>{noteOf(place)}</small>}
                        </button>
                      )}
                    </th>
                    {columns.map((name) => (
                      <td key={name}>{valueText(row === undefined ? '…' : entryOf(row, name))}</td>
                    ))}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </div>
    </>
  );
}

interface Held extends RowPage {
  from: number;
}

/** Rows around `first`; reloaded while the file is still being read. */
function usePage(source: Source, onFailure: (error: unknown) => void) {
  const [first, setFirst] = useState(0);
  const [page, setPage] = useState<Held>();
  const known = useRef<Source>(undefined);
  if (known.current !== source) {
    known.current = source;
    if (first !== 0) setFirst(0);
  }
  useEffect(() => {
    const gone = new AbortController();
    const from = Math.max(0, first - Math.floor((FETCHED - VIEW) / 2));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const found = await source(from, FETCHED, gone.signal);
        setPage({ ...found, from });
        if (!found.isWhole && !gone.signal.aborted) timer = setTimeout(() => void ask(), POLL_MS);
      } catch (error) {
        if (!gone.signal.aborted) onFailure(error);
      }
    };
    void ask();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [source, first]);
  return { first, page, setFirst };
}
