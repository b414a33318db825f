/** One check of the user's machine. */
export interface Check {
  name: string;
  /** `fail`: results or stability are at risk. `warn`: slower than necessary. */
  status: 'ok' | 'warn' | 'fail';
  /** The finding. */
  found: string;
  /** Advice if the check does not pass. */
  fix?: string;
}

export function ok(name: string, found: string): Check {
  return { name, status: 'ok', found };
}

export function judged(
  name: string,
  found: string,
  verdict: { isGood: boolean; otherwise: 'warn' | 'fail'; fix: string },
): Check {
  return verdict.isGood ? ok(name, found) : { name, status: verdict.otherwise, found, fix: verdict.fix };
}
