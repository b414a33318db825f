import { formatNumber, plural } from '../../../base/format.ts';
import type { Comparison, ComparedSystem } from '../../../store/results.ts';
import { html, type Html } from '../html.ts';
import { systemTable } from './system-table.ts';

interface CostColumn {
  title: string;
  /** Value of one system; undefined if unknown. */
  read(system: ComparedSystem, rows: number): number | undefined;
  format(value: number): string;
}

const COLUMNS: readonly CostColumn[] = [
  { title: 'Wrong answers', read: ({ cost }) => cost, format: (value) => formatNumber(value) },
  { title: 'Time', read: ({ usage }) => usage?.secondsPerRow, format: briefTime },
  { title: 'Input tokens', read: ({ usage }, rows) => perRow(usage?.inputTokens, rows), format: tokenCount },
  { title: 'Output tokens', read: ({ usage }, rows) => perRow(usage?.outputTokens, rows), format: tokenCount },
  {
    title: 'Cost of 1,000 requests',
    read: ({ usage }) => usage?.costPer1000,
    format: (value) => formatNumber(value, 3),
  },
];

/** Costs of an answer for each system, without columns that are unknown for all systems. */
export function costsSection(comparison: Comparison | undefined): Html | undefined {
  if (comparison === undefined) return undefined;
  const { rows, systems } = comparison;
  const columns = COLUMNS.filter(({ read }) => systems.some((system) => read(system, rows) !== undefined));
  if (columns.length === 0) return undefined;
  return html`<section>
    <h2>What an answer costs</h2>
    <p class="soft">
      Mean per row, measured over ${plural(rows, 'rows')}
      together.${
        systems.some(({ usage }) => usage?.costPer1000 !== undefined) &&
        ' Costs are in the currency of the prices that were given.'
      }${systems.some(({ cost }) => cost !== undefined) && ' Wrong answers: of all these rows, by objective.costs.'}
    </p>
    ${systemTable(comparison, {
      label: 'Costs',
      titles: columns.map(({ title }) => ({ name: title })),
      cells: (system) => columns.map(({ read, format }) => shown(read(system, rows), format)),
    })}
  </section>`;
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}

function perRow(total: number | undefined, rows: number): number | undefined {
  return total === undefined || rows === 0 ? undefined : total / rows;
}

function tokenCount(value: number): string {
  return formatNumber(value, 3);
}

/** "0.4 ms", "38 ms", "1.2 s". */
function briefTime(seconds: number): string {
  return seconds < 1 ? `${formatNumber(seconds * 1000, 2)} ms` : `${formatNumber(seconds, 3)} s`;
}
