/** Result of one check of the gate. */
export interface Finding {
  isPassed: boolean;
  /** Explanation for people: the figures and the limit. */
  message: string;
  /** Advice if the check failed. */
  fix?: string;
}

export function unmeasured(what: string, fix: string): Finding {
  return { isPassed: false, message: `${what} was not measured`, fix };
}
