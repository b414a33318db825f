import { useMemo, useState } from 'preact/hooks';
import { plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { RowChange } from '../../app/studio/edited-rows.ts';
import type { Row } from '../../app/studio/row-labels.ts';
import type { RowFilter, RowLabel } from '../../app/studio/row-pages.ts';
import { go } from '../address.ts';
import { failureOf, get, post, queryOf, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { VirtualRows, type Source } from '../parts/virtual-rows.tsx';
import { RowCounts } from './row-counts.tsx';
import { ManyEditor, RowEditor } from './row-editor.tsx';

type Values = RowChange['values'];

/** All rows of a file: searched, counted, corrected. */
export function Rows({ file, columns, target }: { file: string; columns: readonly string[]; target?: string }) {
  const [filter, setFilter] = useState<RowFilter>({});
  const [total, setTotal] = useState(0);
  const [chosen, choose] = useState<readonly [place: number, row: Row]>();
  const [changes, setChanges] = useState<readonly RowChange[]>([]);
  const [failure, setFailure] = useState<Failure>();
  const source = useMemo(() => sourceOf(file, filter, setTotal), [file, filter]);
  const edits = new Map(changes.map(({ rows, values }) => [rows, values]));
  const change = (rows: RowChange['rows'], values: Values) => {
    setChanges([...changes, { rows, values }]);
    choose(undefined);
  };
  const write = () =>
    post<{ path: string }>('/api/rows/edited', { file, changes }).then(
      ({ path }) => go('data', path),
      (error: unknown) => setFailure(failureOf(error)),
    );
  const { words, label } = filter;
  const isFiltered = words !== undefined || label !== undefined;
  return (
    <section>
      <h2>All rows</h2>
      <div class="row">
        <label>
          Search{' '}
          <input
            type="search"
            value={words ?? ''}
            onInput={(event) => setFilter({ label, words: event.currentTarget.value || undefined })}
          />
        </label>
        {label !== undefined && (
          <button type="button" class="quiet" onClick={() => setFilter({ words })}>
            {labelText(label)} ✕
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
        <RowEditor
          key={chosen[0]}
          place={chosen[0]}
          row={chosen[1]}
          onSave={(values) => change(chosen[0], { ...edits.get(chosen[0]), ...values })}
          onLeaveOut={() => change(chosen[0], null)}
          onClose={() => choose(undefined)}
        />
      )}
      {isFiltered && total > 0 && (
        <ManyEditor
          total={total}
          key={label?.column}
          columns={columns}
          target={label?.column ?? target}
          onSave={(values) => change(filter, values)}
        />
      )}
      {changes.length > 0 && (
        <Changes changes={changes} onDrop={(at) => setChanges(changes.toSpliced(at, 1))} onWrite={() => void write()} />
      )}
      <RowCounts file={file} columns={columns} first={target} onFilter={(one) => setFilter({ label: one })} />
    </section>
  );
}

function sourceOf(file: string, { words, label }: RowFilter, onTotal: (total: number) => void): Source {
  return async (from, count, signal) => {
    const page = await get<Awaited<ReturnType<Source>>>(
      `/api/rows?${queryOf({ file, words, ...label, from, count })}`,
      signal,
    );
    onTotal(page.total);
    return page;
  };
}

function labelText({ of, column, label }: RowLabel): string {
  if (of === 'repeated') return 'Duplicates';
  return of === 'values' ? `${column}: ${label || '(empty)'}` : label;
}

interface ChangesOptions {
  changes: readonly RowChange[];
  onDrop(at: number): void;
  onWrite(): void;
}

/** Changes that have not been written yet. */
function Changes({ changes, onDrop, onWrite }: ChangesOptions) {
  return (
    <>
      <ul class="actions">
        {changes.map(({ rows, values }, at) => (
          <li key={at}>
            {typeof rows === 'number' ? `Row ${rows + 1}` : `Rows with ${filterText(rows)}`}
            {values === null
              ? ' left out'
              : `: ${Object.keys(values)
                  .map((name) => `${name} = ${String(entryOf(values, name))}`)
                  .join(', ')}`}{' '}
            <button type="button" class="quiet" aria-label={`Undo change ${at + 1}`} onClick={() => onDrop(at)}>
              Undo
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={onWrite}>
        Save a copy with {plural(changes.length, 'changes')}
      </button>
    </>
  );
}

function filterText({ words, label }: RowFilter): string {
  return [words && `“${words}”`, label && labelText(label)].filter(Boolean).join(' and ');
}
