/** Edits between two short strings: insert, delete, replace, or swap two neighbours. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? beforePrevious[j - 2] + 1 : Infinity;
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution, swap));
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length];
}

/** The known name closest to `name`, or one that starts with it; undefined if none is close. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = normalise(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, normalise(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  if (best !== undefined || wanted.replaceAll('_', '').length < 3) return best;
  const longer = known.filter((candidate) => normalise(candidate).startsWith(`${wanted}_`));
  return longer.length === 1 ? longer[0] : undefined;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
