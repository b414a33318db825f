/** Settings of an example. */
export interface Setting {
  /** Fewer test rows and one training draw: minutes instead of an hour. */
  quick: boolean;
  /** Name of the only part to run, for studies with named parts. */
  only?: string;
  /** Folder of data, base models and runs, which are reused if they exist. */
  folder: string;
  /** Reports one line of progress. */
  log: (line: string) => void;
}

/** A section of docs/results.md. Figures have their intervals. */
export interface Findings {
  /** The questions and the data, with sizes and licences; one paragraph each. */
  about: readonly string[];
  tables: readonly Table[];
  /** Conclusions from the tables, including losses; one paragraph each. */
  verdict: readonly string[];
  /** Duration of all measurements, if some were kept from an earlier call. */
  seconds?: number;
}

export interface Table {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** A page of sections. */
export interface Page {
  file: string;
  /** Title and introduction. */
  head: string;
}

/** A task on real data, run with attune's own functions. */
export interface Example {
  readonly title: string;
  /** Runs only if it is named: it takes as long as several others. */
  readonly onlyByName?: boolean;
  /** Page in docs for the findings; default: results.md. */
  readonly page?: Page;
  run(setting: Setting): Promise<Findings>;
}
