/** What an example is given. */
export interface Setting {
  /** Fewer test rows and one training draw: minutes instead of an hour. */
  quick: boolean;
  /** Where data, base models and runs lie; what is there already is used again. */
  folder: string;
  /** One line for people. */
  log: (line: string) => void;
}

/** A part of docs/results.md. Figures stand with their intervals. */
export interface Findings {
  /** What was asked of what data, with their sizes and licences; one paragraph each. */
  about: readonly string[];
  tables: readonly Table[];
  /** What follows from the tables, where it loses as well; one paragraph each. */
  verdict: readonly string[];
}

export interface Table {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A task on real data, run through attune's own functions. */
export interface Example {
  readonly title: string;
  /** Runs only where it is named: it takes as long as several others. */
  readonly onlyByName?: boolean;
  run(setting: Setting): Promise<Findings>;
}
