/** Messages between the main thread and threads that detect personal data. Plain data. */
import type { Finding, Kind, Language } from '@attune/privacy';

/** How its detector is made. */
export interface ThreadData {
  kinds?: readonly Kind[];
  allow?: readonly string[];
  languages?: readonly Language[];
}

/** By row its texts, which belong together. */
export interface FindRequest {
  number: number;
  rows: readonly (readonly string[])[];
}

/** By row and text what was found. */
export interface FindAnswer {
  number: number;
  found: Finding[][][];
}
