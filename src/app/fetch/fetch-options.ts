/** What whoever asks for a download may want of it. */
export interface FetchOptions {
  /** One line for people: what is downloaded, and how large it is. */
  log?: (line: string) => void;
  signal?: AbortSignal;
}
