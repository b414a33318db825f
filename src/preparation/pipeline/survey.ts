import { join } from 'node:path';
import { FLAGS, PROVENANCE, LengthTally, type LengthReport } from '../../data/index.ts';
import type { DataRow, Origin } from '@attune/documents';
import { parseJson } from '../../files/json.ts';
import { readLines } from '../../files/lines.ts';
import { textOfRow } from '../row-texts.ts';
import { GroupTally, type GroupReport } from '../../scoring/statistics/group-tally.ts';
import { answersOf, groupsOfRow, labelsOf, type GroupsWanted } from '../row-groups.ts';
import type { DataSetManifest } from './data-set.ts';

/** A row of a data set: its place, its source and its first words. */
export interface SurveyedRow {
  /** `train-00000.jsonl:12`. */
  at: string;
  origin?: string;
  text: string;
}

export interface SurveyedGroup {
  name: string;
  rows: number;
  first: SurveyedRow[];
}

/** Statistics of a finished data set, with the first rows of each. */
export interface DataSurvey {
  /** In characters of the texts that models read. */
  lengths: LengthReport;
  /** Largest first. */
  splits: SurveyedGroup[];
  sources: SurveyedGroup[];
  labels: SurveyedGroup[];
  flags: SurveyedGroup[];
  /** Present if requested: groups in the rows, with their labels. */
  groups?: GroupReport<SurveyedRow>;
}

const MOST_SHOWN = 50;
const MOST_GROUPS = 200;
const MOST_CHARACTERS = 300;

/** Reads all rows once. Memory: the first rows of each group, and the different lengths. */
export async function surveyDataSet(
  folder: string,
  { shards }: DataSetManifest,
  wanted?: GroupsWanted,
): Promise<DataSurvey> {
  const tally = new GroupTally<SurveyedRow>({ shown: MOST_SHOWN });
  const groups = { splits: new Groups(), sources: new Groups(), labels: new Groups(), flags: new Groups() };
  const lengths = new LengthTally();
  for (const { name, split } of shards) {
    for await (const { text: line, number } of readLines(join(folder, name), { maxBytes: Infinity })) {
      const { [PROVENANCE]: origins, ...values } = parseJson(line) as Record<string, unknown>;
      const row: DataRow = { kind: 'row', values, origins: (origins ?? []) as Origin[] };
      const text = textOfRow(row);
      lengths.add(text.length);
      const shown = { at: `${name}:${number}`, origin: placeOf(row.origins), text: text.slice(0, MOST_CHARACTERS) };
      groups.splits.add(split, shown);
      if (row.origins.length > 0) groups.sources.add(row.origins[0].file, shown);
      for (const label of labelsOf(values)) groups.labels.add(label, shown);
      for (const flag of (values[FLAGS] as readonly string[] | undefined) ?? []) groups.flags.add(flag, shown);
      if (wanted !== undefined) tally.add(groupsOfRow(values, text, wanted), answersOf(values), shown);
    }
  }
  const { splits, sources, labels, flags } = groups;
  return {
    lengths: lengths.report(),
    splits: splits.list(),
    sources: sources.list(),
    labels: labels.list(),
    flags: flags.list(),
    ...(wanted !== undefined && { groups: tally.report() }),
  };
}

class Groups {
  readonly #groups = new Map<string, SurveyedGroup>();

  /** Names beyond the first few hundred share one group, because each group keeps example rows. */
  add(name: string, row: SurveyedRow): void {
    const known = this.#groups.has(name) || this.#groups.size < MOST_GROUPS;
    const key = known ? name : 'all others';
    let group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, (group = { name: key, rows: 0, first: [] }));
    group.rows++;
    if (group.first.length < MOST_SHOWN) group.first.push(row);
  }

  list(): SurveyedGroup[] {
    return [...this.#groups.values()].sort((a, b) => b.rows - a.rows);
  }
}

function placeOf([origin]: readonly Origin[]): string | undefined {
  if (origin === undefined) return undefined;
  const { file, row, page } = origin;
  return [file, page !== undefined && `page ${page}`, row !== undefined && `row ${row}`].filter(Boolean).join(', ');
}
