/** Tables of figures, which the terminal, the HTML report and the model card each render in their own way. */
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatPercentRange,
  formatSigned,
  formatSignedPercent,
} from './format.ts';

export interface Interval {
  value: number;
  /** Absent, null or NaN if there is too little evidence for an interval. */
  low?: number | null;
  high?: number | null;
}

/** A value in its column's unit, or text; undefined for an empty cell. */
export type Cell = string | ({ text?: string; note?: string; verdict?: Judged } & Partial<Interval>) | undefined;

export type Judged = 'better' | 'no-evidence' | 'worse';

export const VERDICT_WORDS: Readonly<Record<Judged, string>> = {
  better: 'better',
  'no-evidence': 'cannot tell',
  worse: 'worse',
};

type Unit = 'text' | 'count' | 'number' | 'change' | 'share' | 'change of share' | 'p' | 'verdict';

export interface Column {
  title: string;
  /** Title in a terminal; default: the title in lower case. */
  short?: string;
  /** Default: text. */
  unit?: Unit;
  /** Where a terminal shows intervals: in a column of this title, or `inline`. Pages show them under the value. */
  interval?: string;
  /** Text for a missing interval. */
  missing?: string;
  /** The table's main column. */
  isMain?: boolean;
  /** Makes a page draw the intervals too; the words label the left and right ends. */
  picture?: true | readonly [less: string, more: string];
  /** Medium that shows the column, if only one does: the terminal leaves out cells that repeat a page's notes. */
  only?: 'terminal' | 'page';
  /** Whether cells are names, which a narrow terminal may shorten. */
  isName?: boolean;
}

export interface Row {
  name: string;
  note?: string;
  /** Whether the row is a part of the row above it. */
  isPart?: boolean;
  /** Marks the row under evaluation among its rivals. */
  isSubject?: boolean;
  cells: readonly Cell[];
}

/** Example lines, collapsed on a page. */
export interface Examples {
  title: string;
  items: readonly { lines: readonly (string | { said: string; answer: string })[]; note?: string }[];
  /** Number of lines that a terminal shows too. */
  inTerminal?: number;
}

/** Bars that a page draws instead of a table. */
export interface Chart {
  title: string;
  description: string;
  bars: readonly ({ label: string; text: string } & Interval)[];
}

export interface Figures {
  /** Heading above the table. */
  heading?: string;
  lead?: string;
  /** The first column holds the rows' names. */
  columns: readonly [names: Column, ...Column[]];
  rows: readonly Row[];
  /** Limits on the number of rows shown, and the note about the rest. */
  most?: { terminal: number; page: number; rest: string };
  chart?: Chart;
  examples?: readonly Examples[];
}

/** Figures of one assessment, with title and notes. */
export interface FiguresShown {
  title: string;
  /** Introduction on a page or card: the metric and how to read it. */
  lead: string;
  /** One-line introduction in a terminal. */
  brief?: string;
  figures: readonly Figures[];
  notes?: readonly string[];
  /** Notes that only a terminal shows: next steps, and the content of a page's introduction. */
  remarks?: readonly string[];
}

const WRITTEN: Readonly<Record<Unit, (value: number) => string>> = {
  text: String,
  count: formatCount,
  number: (value) => briefNumber(value, 3),
  change: (value) => formatSigned(value),
  share: (value) => formatPercent(value),
  'change of share': (value) => formatSignedPercent(value),
  p: (value) => formatNumber(value, 2),
  verdict: String,
};

/** Shortens large numbers to fit a table: a perplexity may have eight digits. */
export function briefNumber(value: number, digits: number): string {
  return Math.abs(value) >= 1e6 ? value.toExponential(digits - 1).replace('e+', 'e') : formatNumber(value, digits);
}

/** The cell's value or text, without its interval. */
export function cellText(cell: Cell, { unit = 'text' }: Column): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (cell.text !== undefined) return cell.text;
  if (unit === 'verdict' && cell.verdict !== undefined) return VERDICT_WORDS[cell.verdict];
  return cell.value === undefined ? '–' : WRITTEN[unit](cell.value);
}

/** The ends of the cell's interval, or the text for a missing one. `isBrief`: writes the unit only once. */
export function intervalText(cell: Cell, { unit = 'text', missing }: Column, isBrief = false): string | undefined {
  if (cell === undefined || typeof cell === 'string' || cell.value === undefined) return undefined;
  const { low, high } = cell;
  if (!Number.isFinite(low ?? Number.NaN) || !Number.isFinite(high ?? Number.NaN)) return missing;
  const isShare = unit === 'share' || unit === 'change of share';
  if (isShare && isBrief) return formatPercentRange(low!, high!);
  const written = isShare ? WRITTEN.share : WRITTEN[unit];
  return `${written(low!)} to ${written(high!)}`;
}

/** Columns shown in a medium, each with its index into a row's cells. */
export function columnsOf({ columns }: Figures, medium: 'terminal' | 'page'): { column: Column; at: number }[] {
  return columns
    .slice(1)
    .map((column, at) => ({ column, at }))
    .filter(({ column: { only = medium } }) => only === medium);
}
