import { formatCount } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import type { Colours } from './terminal.ts';

const BAR = 40;
const MAX_LINES = 10;

interface Bucket {
  from: number;
  to: number;
  rows: number;
}

/** One bar per line; adjacent buckets are merged if there are too many. */
export function histogram(buckets: readonly Bucket[], colours: Colours, rangeOf = wholeRange): string {
  const lines = gather(buckets);
  const most = greatest(lines.map(({ rows }) => rows));
  const width = greatest(lines.map((line) => rangeOf(line).length));
  return lines
    .map((line) => {
      // Even a few rows among very many get a visible bar.
      const length = line.rows === 0 ? 0 : Math.max(1, Math.round((BAR * line.rows) / most));
      return `    ${colours.dim(rangeOf(line).padStart(width))}  ${colours.cyan('▇'.repeat(length))} ${formatCount(line.rows)}`;
    })
    .join('\n');
}

function wholeRange({ from, to }: Bucket): string {
  return to - from <= 1 ? String(from) : `${from}–${to - 1}`;
}

function gather(buckets: readonly Bucket[]): Bucket[] {
  const size = Math.ceil(buckets.length / MAX_LINES);
  const groups: Bucket[] = [];
  for (let start = 0; start < buckets.length; start += size) {
    const group = buckets.slice(start, start + size);
    const rows = group.reduce((sum, bucket) => sum + bucket.rows, 0);
    groups.push({ from: group[0].from, to: group[group.length - 1].to, rows });
  }
  return groups;
}
