import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount, plural } from '../../base/format.ts';
import type { RedactedData } from '../../app/use-cases/data-redact.ts';
import type { Counted } from '../../app/studio/row-labels.ts';
import type { LabelCounts, RowLabel } from '../../app/studio/row-pages.ts';
import { go } from '../address.ts';
import { get, queryOf } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';
import { useLoaded } from '../parts/use-loaded.ts';

interface RowCountsOptions {
  file: string;
  columns: readonly string[];
  first?: string;
  onFilter(label: RowLabel): void;
}

/** Findings in the rows with their counts; each count links to its rows. */
export function RowCounts({ file, columns, first, onFilter }: RowCountsOptions) {
  const [column, setColumn] = useState(first ?? columns[0]);
  const [isLooking, look] = useState(false);
  return (
    <>
      <div class="row">
        <label>
          Values of{' '}
          <select value={column} onChange={(event) => setColumn(event.currentTarget.value)}>
            {columns.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <Counts file={file} counted={{ of: 'values', column }} onFilter={onFilter} />
      <h3>Duplicates</h3>
      <Counts file={file} counted={{ of: 'repeated' }} none="No row is repeated." onFilter={onFilter} />
      <details onToggle={(event) => look(event.currentTarget.open)}>
        <summary>Personal data and people in the rows</summary>
        {isLooking && (
          <>
            <h3>Personal data</h3>
            <Counts file={file} counted={{ of: 'personal' }} none="None was found." onFilter={onFilter}>
              <Replace file={file} />
            </Counts>
            <h3>People, by English words and names</h3>
            <Counts file={file} counted={{ of: 'people' }} none="Nobody is mentioned." onFilter={onFilter} />
          </>
        )}
      </details>
    </>
  );
}

/** Writes a copy of the file without personal data. */
function Replace({ file }: { file: string }) {
  const redact = useCall<RedactedData>('data redact', ({ to }) => go('data', to));
  const output = `${file.replace(/(\.[a-z0-9]+)+$/i, '')}-redacted.jsonl`;
  return (
    <>
      <button type="button" class="quiet" disabled={redact.isRunning} onClick={() => redact.start({ file, output })}>
        Replace it in a copy
      </button>
      <Called call={redact} label="Replacing personal data" hasSame />
    </>
  );
}

interface CountsOptions {
  file: string;
  counted: Counted;
  /** Text if nothing was found. */
  none?: string;
  /** Text if something was found. */
  children?: ComponentChildren;
  onFilter(label: RowLabel): void;
}

function Counts({ file, counted, none, children, onFilter }: CountsOptions) {
  const query = queryOf({ file, of: counted.of, column: counted.column });
  const { value: found, failure } = useLoaded(
    (signal) => get<LabelCounts>(`/api/rows/counts?${query}`, signal),
    [query],
    ({ isWhole }) => isWhole,
  );
  if (failure !== undefined) return <Fault failure={failure} />;
  if (found === undefined) return <p role="status">Counting …</p>;
  const { labels, distinct, done, rows, isWhole } = found;
  const most = labels[0]?.[1] ?? 1;
  return (
    <>
      {!isWhole && (
        <p role="status" class="soft small">
          Counted {formatCount(done)} of {plural(rows, 'rows')}
        </p>
      )}
      {isWhole && distinct === 0 && <p class="soft">{none}</p>}
      <ol class="bars two">
        {labels.map(([label, count]) => (
          <li key={label}>
            <span class="label">{label === '' ? '(empty)' : label}</span>
            <button type="button" class="quiet figure" onClick={() => onFilter({ ...counted, label })}>
              {plural(count, 'rows')}
            </button>
            <meter value={count / most} aria-label={label} />
          </li>
        ))}
      </ol>
      {distinct > labels.length && <p class="soft small">and {plural(distinct - labels.length, 'other values')}</p>}
      {distinct > 0 && children}
    </>
  );
}
