import { useState } from 'preact/hooks';
import { formatCount, plural } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { Row } from '../../app/studio/row-labels.ts';

interface RowEditorOptions {
  place: number;
  row: Row;
  onSave(values: Record<string, unknown>): void;
  onLeaveOut(): void;
  onClose(): void;
}

/** Edits the string values of a row; other values are shown and stay unchanged. */
export function RowEditor({ place, row, onSave, onLeaveOut, onClose }: RowEditorOptions) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement);
    onSave(Object.fromEntries([...typed].filter(([name, value]) => value !== entryOf(row, name))));
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
        <button type="button" class="quiet" onClick={onLeaveOut}>
          Leave the row out
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  );
}

interface ManyEditorOptions {
  total: number;
  columns: readonly string[];
  target?: string;
  onSave(values: Record<string, unknown> | null): void;
}

/** Leaves out all listed rows, or sets one value in all of them. */
export function ManyEditor({ total, columns, target, onSave }: ManyEditorOptions) {
  const [column, setColumn] = useState(target ?? columns[0]);
  const [value, setValue] = useState('');
  return (
    <form
      class="row"
      aria-label={`All ${formatCount(total)} listed rows`}
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ [column]: value });
      }}
    >
      <button type="button" class="quiet" onClick={() => onSave(null)}>
        Leave out {plural(total, 'rows')}
      </button>
      <label>
        or set{' '}
        <select value={column} onChange={(event) => setColumn(event.currentTarget.value)}>
          {columns.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        to <input required value={value} onInput={(event) => setValue(event.currentTarget.value)} />
      </label>
      <button class="quiet">Change {plural(total, 'rows')}</button>
    </form>
  );
}
