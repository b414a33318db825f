/** Figures in rows and columns, which the terminal, the report's page and the model card each draw in their own way. */
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
  /** Absent, null or not a number, where the evidence is too little for an interval. */
  low?: number | null;
  high?: number | null;
}

/** A value in its column's unit, or words; undefined where there is none. */
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
  /** Title in a terminal; the title in small letters unless given. */
  short?: string;
  /** Text unless given. */
  unit?: Unit;
  /** Intervals in a terminal: in a column of this title, or `inline`. Pages show them under the value. */
  interval?: string;
  /** In place of an interval that is missing. */
  missing?: string;
  /** The column that the table is about. */
  isMain?: boolean;
  /** A page draws the intervals as well, between words for less and more. */
  picture?: true | readonly [less: string, more: string];
  /** Shown in one medium only: cells that repeat a page's notes, for example. */
  only?: 'terminal' | 'page';
  /** Names, which a narrow terminal may shorten. */
  isName?: boolean;
}

export interface Row {
  name: string;
  note?: string;
  /** A part of the row above it. */
  isPart?: boolean;
  /** The one that is judged, among others. */
  isSubject?: boolean;
  cells: readonly Cell[];
}

/** Lines that a page folds away. */
export interface Examples {
  title: string;
  items: readonly { lines: readonly (string | { said: string; answer: string })[]; note?: string }[];
  /** Number of them that a terminal shows as well. */
  inTerminal?: number;
}

/** Bars that a page draws in place of a table. */
export interface Chart {
  title: string;
  description: string;
  bars: readonly ({ label: string; text: string } & Interval)[];
}

export interface Figures {
  /** Heading of its own. */
  heading?: string;
  lead?: string;
  /** The first column holds the rows' names. */
  columns: readonly [names: Column, ...Column[]];
  rows: readonly Row[];
  /** Limits on the rows shown, and a remark on the rest. */
  most?: { terminal: number; page: number; rest: string };
  chart?: Chart;
  examples?: readonly Examples[];
}

/** The figures of one assessment, with a title and notes. */
export interface FiguresShown {
  title: string;
  /** Measurement and how to read it, for page and card. */
  lead: string;
  /** The same in a terminal, in a line. */
  brief?: string;
  figures: readonly Figures[];
  notes?: readonly string[];
  /** Remarks for a terminal alone: what to do next, and the content of a page's lead. */
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

/** A perplexity may have eight digits, a table has no room for them. */
export function briefNumber(value: number, digits: number): string {
  return Math.abs(value) >= 1e6 ? value.toExponential(digits - 1).replace('e+', 'e') : formatNumber(value, digits);
}

/** The cell's value or words, without its interval. */
export function cellText(cell: Cell, { unit = 'text' }: Column): string {
  if (cell === undefined) return '–';
  if (typeof cell === 'string') return cell;
  if (cell.text !== undefined) return cell.text;
  if (unit === 'verdict' && cell.verdict !== undefined) return VERDICT_WORDS[cell.verdict];
  return cell.value === undefined ? '–' : WRITTEN[unit](cell.value);
}

/** The ends of the cell's interval, or what is said without one. `isBrief`: the unit of both stands once. */
export function intervalText(cell: Cell, { unit = 'text', missing }: Column, isBrief = false): string | undefined {
  if (cell === undefined || typeof cell === 'string' || cell.value === undefined) return undefined;
  const { low, high } = cell;
  if (!Number.isFinite(low ?? Number.NaN) || !Number.isFinite(high ?? Number.NaN)) return missing;
  const isShare = unit === 'share' || unit === 'change of share';
  if (isShare && isBrief) return formatPercentRange(low!, high!);
  const written = isShare ? WRITTEN.share : WRITTEN[unit];
  return `${written(low!)} to ${written(high!)}`;
}

/** Columns of a terminal, or of a page and a card, each with its place among a row's cells. */
export function columnsOf({ columns }: Figures, medium: 'terminal' | 'page'): { column: Column; at: number }[] {
  return columns
    .slice(1)
    .map((column, at) => ({ column, at }))
    .filter(({ column: { only = medium } }) => only === medium);
}
