/** What one check of the gate found. */
export interface Finding {
  isPassed: boolean;
  /** For people: the figures and what was asked. */
  message: string;
  /** What to do about a failure. */
  fix?: string;
}

export function unmeasured(what: string, fix: string): Finding {
  return { isPassed: false, message: `${what} was not measured`, fix };
}
