/** A data set as a small business might have it, generated with a known truth. */
export interface FirstHourSet {
  /** Title for people. */
  title: string;
  /** The task in one sentence. */
  about: string;
  /** Number of rows in the measurement for docs/results.md. */
  rows: number;
  /** Rows are searched instead of predicted: the truth is the row to find. */
  isSearch?: true;
  /** Whether a prediction is correct; by default equal JSON. */
  isRight?(prediction: unknown, truth: unknown): boolean;
  /** Writes the user's file or folder, and fresh rows without answers. */
  write(folder: string, size: { rows: number; fresh: number; seed: number }): Promise<WrittenSet>;
}

export interface WrittenSet {
  /** The argument of `attune init`. */
  data: string;
  /** Answers to the questions of `init`, as flags. */
  answers: readonly string[];
  /** The argument of `attune predict --input`. */
  fresh: string;
  /** The truth of the fresh rows, in their order. */
  truth: readonly unknown[];
  /** The best average value that any system can reach. */
  ceiling: Ceiling;
}

export interface Ceiling {
  /** Name of a metric in attune. */
  metric: string;
  value: number;
  /** Reason for the value, as a clause. */
  because: string;
}
