/** Messages between the main thread and threads that detect personal data. Plain data. */
import type { Finding, Kind, Language } from '@attune/privacy';

/** Configuration of the thread's detector. */
export interface ThreadData {
  kinds?: readonly Kind[];
  allow?: readonly string[];
  languages?: readonly Language[];
}

/** Texts by row; those of a row belong together. */
export interface FindRequest {
  number: number;
  rows: readonly (readonly string[])[];
}

/** Findings by row and text. */
export interface FindAnswer {
  number: number;
  found: Finding[][][];
}
