/** Feedback on typed questions: answers are classes of their question, as in "queue: billing". */

const BETWEEN = ': ';

/** The class that a person gave for an answer, prefixed with the question if only the option was given. */
export function decisionLabel(answered: string, given: string): string {
  const last = answered.lastIndexOf(BETWEEN);
  if (last < 0) return given;
  const isWhole = [...answered.matchAll(/: /g)].some(({ index }) => given.startsWith(answered.slice(0, index + 2)));
  return isWhole ? given : `${answered.slice(0, last)}${BETWEEN}${given}`;
}

/** Splits a class into its question's id, one of `ids`, and the option. */
export function splitDecision(label: string, ids: Iterable<string>): { id: string; option: string } | undefined {
  const id = [...ids].filter((one) => label.startsWith(`${one}${BETWEEN}`)).sort((a, b) => b.length - a.length)[0] as
    | string
    | undefined;
  return id === undefined ? undefined : { id, option: label.slice(id.length + BETWEEN.length) };
}
