/** Groups in the rows, their sizes, and the balance of their labels. */
import type { Verdict } from '../../store/results.ts';
import { holm, shareDifference, wilsonInterval } from './index.ts';

/** A row's groups along one axis. */
export interface RowGroups {
  /** A column's name, or an axis of mentions: "gender", "origin". */
  axis: string;
  /** `mentions`: detected in texts, so that a row may belong to several groups or none. */
  by: 'column' | 'mentions';
  groups: readonly string[];
}

export interface GroupReport<Row> {
  rows: number;
  /** Minimum rows of a group; smaller ones are reported as too few. */
  leastRows: number;
  confidence: number;
  axes: AxisReport<Row>[];
}

export interface AxisReport<Row> {
  axis: string;
  by: RowGroups['by'];
  /** Rows in at least one group. */
  rows: number;
  /** Largest first. */
  groups: GroupOfRows<Row>[];
  /** Distinct labels that were counted; empty if rows have no labels or too many. */
  labels: string[];
}

export interface GroupOfRows<Row> {
  group: string;
  rows: number;
  /** Share of the rows that belong to any group. */
  share: number;
  low: number;
  high: number;
  /** `few`: too few rows for conclusions. `small`: significantly less than half of an even share. */
  flag?: 'few' | 'small';
  first: Row[];
  /** Labels of rows that belong to this group only. */
  labels: GroupLabel[];
}

export interface GroupLabel {
  label: string;
  rows: number;
  /** Share among the group's labelled rows, and among those of all other groups. */
  share: number;
  others: number;
  /** Absent if another entry tests the same: with two groups or two labels one test is enough. */
  difference?: { estimate: number; low: number; high: number; p: number; pAdjusted: number; verdict: Verdict };
}

export interface TallyOptions {
  /** Number of rows per group kept for display. Default 50. */
  shown?: number;
  /** Default 30. */
  leastRows?: number;
  /** Default 0.95. */
  confidence?: number;
}

/** With more distinct labels, they count as free text. */
const MOST_LABELS = 20;
/** With more groups, the column is a key. */
const MOST_GROUPS = 200;

interface Counted<Row> {
  rows: number;
  first: Row[];
  /** For each label, the rows that belong to no other group. */
  labels: Map<string, number>;
}

interface CountedAxis<Row> {
  by: RowGroups['by'];
  rows: number;
  groups: Map<string, Counted<Row>>;
}

/** Counts rows one by one; memory: the counts and the first rows of each group. */
export class GroupTally<Row> {
  readonly #axes = new Map<string, CountedAxis<Row>>();
  readonly #labels = new Set<string>();
  readonly #options: Required<TallyOptions>;
  #rows = 0;

  constructor({ shown = 50, leastRows = 30, confidence = 0.95 }: TallyOptions = {}) {
    this.#options = { shown, leastRows, confidence };
  }

  add(told: readonly RowGroups[], labels: readonly string[], row: Row): void {
    this.#rows++;
    if (this.#labels.size <= MOST_LABELS) for (const label of labels) this.#labels.add(label);
    for (const { axis, by, groups } of told) {
      const counted = this.#axis(axis, by);
      if (groups.length > 0) counted.rows++;
      for (const name of groups) this.#count(counted, name, { row, labels: groups.length === 1 ? labels : [] });
    }
  }

  report(): GroupReport<Row> {
    const { leastRows, confidence } = this.#options;
    const labels = this.#labels.size > MOST_LABELS ? [] : [...this.#labels].toSorted();
    const axes = [...this.#axes].map(([axis, counted]) => this.#reportOn(axis, counted, labels));
    adjust(axes, confidence);
    return { rows: this.#rows, leastRows, confidence, axes };
  }

  #axis(axis: string, by: RowGroups['by']): CountedAxis<Row> {
    let counted = this.#axes.get(axis);
    if (counted === undefined) this.#axes.set(axis, (counted = { by, rows: 0, groups: new Map() }));
    return counted;
  }

  #count(counted: CountedAxis<Row>, name: string, { row, labels }: { row: Row; labels: readonly string[] }): void {
    const isKnown = counted.groups.has(name) || counted.groups.size < MOST_GROUPS;
    const key = isKnown ? name : 'all others';
    let group = counted.groups.get(key);
    if (group === undefined) counted.groups.set(key, (group = { rows: 0, first: [], labels: new Map() }));
    group.rows++;
    if (group.first.length < this.#options.shown) group.first.push(row);
    for (const label of labels) group.labels.set(label, (group.labels.get(label) ?? 0) + 1);
  }

  #reportOn(axis: string, { by, rows, groups }: CountedAxis<Row>, labels: string[]): AxisReport<Row> {
    const { leastRows, confidence } = this.#options;
    const ordered = [...groups].toSorted(([a, one], [b, two]) => two.rows - one.rows || (a < b ? -1 : 1));
    const even = 1 / Math.max(1, ordered.length);
    const described = ordered.map(([group, counted], place): GroupOfRows<Row> => {
      const interval = wilsonInterval(counted.rows, rows, confidence);
      const flag = counted.rows < leastRows ? 'few' : interval.high < even / 2 ? 'small' : undefined;
      const others = ordered.filter((_, index) => index !== place).map(([, one]) => one);
      const isTold = ordered.length === 2 && place === 1;
      const balance = others.length === 0 ? [] : balanceOf(counted, others, { labels, isTold, confidence });
      const { first } = counted;
      return { group, rows: counted.rows, share: counted.rows / rows, ...interval, flag, first, labels: balance };
    });
    return { axis, by, rows, groups: described, labels };
  }
}

/** Frequency of each label in a group, compared with all other groups together. */
function balanceOf<Row>(
  own: Counted<Row>,
  others: readonly Counted<Row>[],
  { labels, isTold, confidence }: { labels: readonly string[]; isTold: boolean; confidence: number },
): GroupLabel[] {
  const total = (counted: Counted<Row>): number => [...counted.labels.values()].reduce((sum, one) => sum + one, 0);
  const [rows, rest] = [total(own), others.reduce((sum, one) => sum + total(one), 0)];
  if (rows === 0 || rest === 0) return [];
  return labels.map((label, place) => {
    const mine = { part: own.labels.get(label) ?? 0, rows };
    const theirs = { part: others.reduce((sum, one) => sum + (one.labels.get(label) ?? 0), 0), rows: rest };
    const isOther = labels.length === 2 && place === 1;
    const found = shareDifference(mine, theirs, confidence);
    return {
      label,
      rows: mine.part,
      share: mine.part / rows,
      others: theirs.part / rest,
      ...(!isTold && !isOther && { difference: { ...found, pAdjusted: found.p, verdict: 'no-evidence' as const } }),
    };
  });
}

/** Holm correction over all groups and labels. `better` means more often, `worse` less often. */
function adjust<Row>(axes: readonly AxisReport<Row>[], confidence: number): void {
  const all = axes.flatMap(({ groups }) =>
    groups.flatMap(({ labels }) => labels.flatMap((one) => one.difference ?? [])),
  );
  for (const [index, pAdjusted] of holm(all.map(({ p }) => p)).entries()) {
    const one = all[index];
    one.pAdjusted = pAdjusted;
    if (pAdjusted <= 1 - confidence) one.verdict = one.estimate > 0 ? 'better' : 'worse';
  }
}
