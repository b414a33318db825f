/** A data set as a small business might have it, with a truth that is known because it was drawn. */
export interface FirstHourSet {
  /** For people. */
  title: string;
  /** What is to be learnt from what; one sentence. */
  about: string;
  /** Rows of the measurement in docs/results.md. */
  rows: number;
  /** Rows are searched in place of predicted: the truth is the row that is to be found. */
  isSearch?: true;
  /** Whether a prediction is the truth; equal JSON unless given. */
  isRight?(prediction: unknown, truth: unknown): boolean;
  /** Writes the user's file or folder, and fresh rows without answers. */
  write(folder: string, size: { rows: number; fresh: number; seed: number }): Promise<WrittenSet>;
}

export interface WrittenSet {
  /** What `attune init` is given. */
  data: string;
  /** Answers to init's questions, as flags. */
  answers: readonly string[];
  /** What `attune predict --input` is given. */
  fresh: string;
  /** The truth of the fresh rows, in their order. */
  truth: readonly unknown[];
  /** The best that any system can reach on average. */
  ceiling: Ceiling;
}

export interface Ceiling {
  /** A metric of attune's. */
  metric: string;
  value: number;
  /** Where the value comes from; a clause. */
  because: string;
}
