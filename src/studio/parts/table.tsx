import type { ComponentChildren } from 'preact';

interface Column {
  title: string;
  isNumeric?: boolean;
}

interface TableOptions {
  class?: string;
  /** For screen readers. */
  label: string;
  columns: readonly Column[];
  /** The first cell is the row's header; missing cells are empty. */
  rows: readonly { key: string; cells: readonly ComponentChildren[] }[];
}

export function Table({ class: name, label, columns, rows }: TableOptions) {
  const classOf = ({ isNumeric }: Column) => (isNumeric === true ? 'number' : undefined);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table class={name}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              <th scope="row">{cells[0]}</th>
              {columns.slice(1).map((column, at) => (
                <td key={column.title} class={classOf(column)}>
                  {cells[at + 1]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
