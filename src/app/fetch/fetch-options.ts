/** Download options. */
export interface FetchOptions {
  /** One line for people: what is downloaded, and how large it is. */
  log?: (line: string) => void;
  signal?: AbortSignal;
}
