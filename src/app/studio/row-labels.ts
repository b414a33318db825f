import { valueText } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import { sha256 } from '../../files/hash.ts';
import { groupsOfRow, textOfRow } from '../../preparation/index.ts';

/** Kinds of labels: values of a column, repeated rows, personal data by kind, groups of people by axis. */
export const counted = ['values', 'repeated', 'personal', 'people'] as const;

export type Row = Readonly<Record<string, unknown>>;

export interface Counted {
  of: (typeof counted)[number];
  /** The column, for `values`. */
  column?: string;
}

type Labeller = (row: Row) => Iterable<string>;

const LABELLERS: Readonly<Record<Counted['of'], (column: string) => Labeller | Promise<Labeller>>> = {
  values: (column) => (row) => [valueText(entryOf(row, column))],
  repeated() {
    const seen = new Set<string>();
    return (row) => {
      const hash = sha256(JSON.stringify(row));
      if (seen.has(hash)) return ['repeated'];
      seen.add(hash);
      return [];
    };
  },
  /** Kinds that `data redact` would replace. */
  async personal() {
    const { Redactor } = await import('@attune/privacy');
    const redactor = new Redactor({ style: 'tags', key: new Uint8Array(32) });
    return (row) => {
      const { labelled, leaves } = redactor.open(row);
      // Findings in the name of a column are not part of its text.
      const starts = leaves.texts.map(({ text }, at) => labelled[at].length - text.length);
      return redactor
        .find(labelled)
        .slice(0, starts.length)
        .flatMap((found, at) => found.filter(({ end }) => end > starts[at]).map(({ kind }) => kind));
    };
  },
  people: () => (row) => {
    const text = textOfRow({ kind: 'row', values: row, origins: [] });
    const told = groupsOfRow(row, text, { columns: [], mentions: true });
    return told.flatMap(({ axis, groups }) => groups.map((group) => `${axis}: ${group}`));
  },
};

/** Returns a function that lists a row's labels; `repeated` depends on the rows passed before. */
export function labeller({ of, column = '' }: Counted): Labeller | Promise<Labeller> {
  return LABELLERS[of](column);
}
