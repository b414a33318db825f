/** Download options. */
export interface FetchOptions {
  /** Receives one line to display: what is downloaded, and its size. */
  log?: (line: string) => void;
  signal?: AbortSignal;
}
