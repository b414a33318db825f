import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatCount, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { Row, RowFilter, ValueCounts } from '../../app/studio/row-pages.ts';
import { go, linkTo } from '../address.ts';
import { failureOf, get, post, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { VirtualRows, type Source } from '../parts/virtual-rows.tsx';

type Edit = Record<string, unknown> | null;

/** All rows of a file: searched, counted, corrected. */
export function Rows({ file, columns, target }: { file: string; columns: readonly string[]; target?: string }) {
  const [filter, setFilter] = useState<RowFilter>({});
  const [chosen, choose] = useState<readonly [place: number, row: Row]>();
  const [edits, setEdits] = useState<ReadonlyMap<number, Edit>>(new Map());
  const [failure, setFailure] = useState<Failure>();
  const source = useMemo(() => sourceOf(file, filter), [file, filter]);
  const edit = (place: number, values: Edit) => {
    setEdits(new Map([...edits, [place, values]]));
    choose(undefined);
  };
  const write = () =>
    post<{ path: string }>('/api/rows/edited', { file, edits: [...edits] }).then(
      ({ path }) => go('data', path),
      (error: unknown) => setFailure(failureOf(error)),
    );
  return (
    <section>
      <h2>All rows</h2>
      <div class="row">
        <label>
          Search{' '}
          <input
            type="search"
            value={filter.words ?? ''}
            onInput={(event) => setFilter({ words: event.currentTarget.value || undefined })}
          />
        </label>
        {(filter.column !== undefined || filter.isDuplicate === true) && (
          <button type="button" class="quiet" onClick={() => setFilter({})}>
            {filter.isDuplicate === true ? 'Duplicates' : `${filter.column}: ${filter.value || '(empty)'}`} ✕
          </button>
        )}
        {edits.size > 0 && (
          <button type="button" onClick={() => void write()}>
            Save a copy with {plural(edits.size, 'changes')}
          </button>
        )}
      </div>
      {failure && <Fault failure={failure} />}
      <VirtualRows
        label="Rows"
        columns={columns}
        source={source}
        noteOf={(place) => (edits.has(place) ? (edits.get(place) === null ? 'left out' : 'changed') : undefined)}
        onOpen={(place, row) => choose([place, { ...row, ...edits.get(place) }])}
        onFailure={(error) => setFailure(failureOf(error))}
      />
      {chosen && (
        <Editor
          key={chosen[0]}
          place={chosen[0]}
          row={chosen[1]}
          onSave={(values) => edit(chosen[0], values)}
          onClose={() => choose(undefined)}
        />
      )}
      <Balance file={file} columns={columns} first={target} onFilter={setFilter} />
      <p>
        <a href={linkTo('actions', 'data redact')}>Replace personal data</a> ·{' '}
        <a href={linkTo('actions', 'data groups')}>Who is spoken of</a>
      </p>
    </section>
  );
}

function sourceOf(file: string, { words, column, value, isDuplicate }: RowFilter): Source {
  const asked = { file, words, column, value, duplicates: isDuplicate === true ? '' : undefined };
  const query = new URLSearchParams(
    Object.entries(asked).flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as [string, string]])),
  );
  return (from, count, signal) => get(`/api/rows?${query.toString()}&from=${from}&count=${count}`, signal);
}

interface EditorOptions {
  place: number;
  row: Row;
  onSave(values: Edit): void;
  onClose(): void;
}

/** Values as texts; those that are none stay as they are. */
function Editor({ place, row, onSave, onClose }: EditorOptions) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement);
    const changed = [...typed].filter(([name, value]) => value !== entryOf(row, name));
    onSave(Object.fromEntries(changed));
  };
  return (
    <form class="editor" onSubmit={submit} aria-label={`Row ${place + 1}`}>
      <h3>Row {formatCount(place + 1)}</h3>
      {Object.entries(row).map(([name, value]) => (
        <label key={name} class="field">
          {name}
          {typeof value === 'string' ? (
            <textarea name={name} rows={value.length > 80 ? 4 : 1} defaultValue={value} />
          ) : (
            <code>{JSON.stringify(value)}</code>
          )}
        </label>
      ))}
      <div class="row">
        <button>Keep the change</button>
        <button type="button" class="quiet" onClick={() => onSave(null)}>
          Leave the row out
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  );
}

interface BalanceOptions {
  file: string;
  columns: readonly string[];
  first?: string;
  onFilter(filter: RowFilter): void;
}

/** How often each value of a column occurs, and how many rows repeat another; each number leads to its rows. */
function Balance({ file, columns, first, onFilter }: BalanceOptions) {
  const [column, setColumn] = useState(first ?? columns[0]);
  const [found, setFound] = useState<ValueCounts>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    const gone = new AbortController();
    setFound(undefined);
    const query = new URLSearchParams({ file, column });
    get<ValueCounts>(`/api/rows/counts?${query.toString()}`, gone.signal).then(setFound, (error: unknown) => {
      if (!gone.signal.aborted) setFailure(failureOf(error));
    });
    return () => gone.abort();
  }, [file, column]);
  const most = found?.values[0]?.[1] ?? 1;
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
        {found && (
          <span class="soft">
            {plural(found.distinct, 'values')};{' '}
            {found.duplicates === 0 ? (
              'no row is repeated'
            ) : (
              <button type="button" class="quiet" onClick={() => onFilter({ isDuplicate: true })}>
                {plural(found.duplicates, 'rows')} repeat another
              </button>
            )}
          </span>
        )}
      </div>
      {failure && <Fault failure={failure} />}
      <ol class="bars">
        {found?.values.map(([value, count]) => (
          <li key={value}>
            <span class="label">{value === '' ? '(empty)' : value}</span>
            <button type="button" class="quiet figure" onClick={() => onFilter({ column, value })}>
              {plural(count, 'rows')}
            </button>
            <meter value={count / most} aria-label={value} />
          </li>
        ))}
      </ol>
    </>
  );
}
