import type { ComparedMetric, Verdict } from './results.ts';

/** How a result and its cheap rivals do on test rows in other words. The run folder's wording.json. */
export interface Wording {
  version: 1;
  /** Rows in other words. */
  rows: number;
  /** Test rows that were answered as they are. Absent in files of earlier versions. */
  testedRows?: number;
  confidence: number;
  /** What decides, and where answers copy numbers, codes and names, `copied`. */
  metrics: readonly Pick<ComparedMetric, 'name' | 'title' | 'better' | 'best'>[];
  /** The result first. */
  systems: readonly WordedSystem[];
  /** The system that the comparison recommends, or else the strongest rival in other words; and the result against it. */
  against?: { name: string; verdict: Verdict };
  /** Rows that the result answered rightly as they were, and wrongly in other words. */
  examples: readonly WordedRow[];
  /** The rows' file, where they are somebody's own and none in other words. */
  file?: string;
  /** The same on somebody's own rows, the last that it was compared on. */
  own?: Wording;
}

export interface WordedSystem {
  name: string;
  /** For people: "nearest training row". */
  title: string;
  /** By metric. */
  values: Record<string, WordedValue>;
}

export interface WordedValue {
  /** On the test rows as they are. */
  asTested?: number;
  reworded: number;
  /** Of `reworded`; absent where one row is all the evidence. */
  low?: number;
  high?: number;
}

export interface WordedRow {
  id: string;
  text: string;
  expected: string;
  answer: string;
}
