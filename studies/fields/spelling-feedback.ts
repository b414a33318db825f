/** Explains a misspelling with a single slip; undefined for any other. */
export function spellingFeedback(wrong: string, right: string): string | undefined {
  let start = 0;
  while (start < wrong.length && start < right.length && wrong[start] === right[start]) start++;
  let end = 0;
  const most = Math.min(wrong.length, right.length) - start;
  while (end < most && wrong.at(-1 - end) === right.at(-1 - end)) end++;
  const [written, wanted] = [wrong.slice(start, wrong.length - end), right.slice(start, right.length - end)];
  if (written === '' && wanted.length === 1) return `the letter ${wanted} is missing`;
  if (wanted === '' && written.length === 1) return `one ${written} too many`;
  if (written.length === 1 && wanted.length === 1) return `${wanted}, not ${written}`;
  if (written.length === 2 && written === `${wanted[1]}${wanted[0]}`) return `${wanted[0]} comes before ${wanted[1]}`;
  return undefined;
}
