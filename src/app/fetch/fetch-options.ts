/** Download options. */
export interface FetchOptions {
  /** Receives one line for people: what is downloaded, and its size. */
  log?: (line: string) => void;
  signal?: AbortSignal;
}
