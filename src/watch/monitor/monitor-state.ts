/** A monitor as it is kept, so that a server that starts again goes on. */
export interface MonitorState {
  isFrozen: boolean;
  /** Answers that it is of. */
  answers: number;
  /** Of single answers, by signal. */
  values: Partial<Record<string, number[]>>;
  labels: string[];
  words: string[];
  thumbs: number[];
  edits?: number[];
}
