/** One thing that is looked at on the user's own machine. */
export interface Check {
  name: string;
  /** `fail`: results or stability are at risk. `warn`: slower than it could be. */
  status: 'ok' | 'warn' | 'fail';
  /** The finding. */
  found: string;
  /** Advice, if something is wrong. */
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
