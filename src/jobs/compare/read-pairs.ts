import { AttuneError, type Problem } from '../../base/errors.ts';
import { axes } from '../../data/fairness/axes.ts';
import { PAIR, type PairColumn } from '../../data/fairness/pair.ts';
import { loadData, type Example } from '../../data/index.ts';
import { rawRows } from '../../data/raw-rows.ts';
import { sampledRows } from '../../evaluation/compare/sampled-rows.ts';
import type { ReadPair } from '../../evaluation/fairness/group-pairs.ts';

export interface PairsWanted {
  /** A file written by `data counterfactuals`. */
  path: string;
  /** Maximum number of pairs; a larger set is sampled. */
  maxPairs: number;
  seed: number;
}

/** @throws AttuneError E_BAD_PAIRS and errors of reading */
export async function readPairs(
  { path, maxPairs, seed }: PairsWanted,
  signal: AbortSignal,
): Promise<{ pairs: readonly ReadPair[]; available: number }> {
  const { splits } = await loadData({ train: path, seed: 0, signal });
  const examples = new Map(splits.train.map((example) => [example.source.line, example]));
  const columns: { line: number; column: PairColumn }[] = [];
  const problems: Problem[] = [];
  for await (const { line, value } of rawRows(path, (problem) => problems.push(problem))) {
    const column = pairColumn(value[PAIR]);
    if (column === undefined)
      problems.push({ file: path, line, field: PAIR, message: 'is missing, or belongs to no pair' });
    else columns.push({ line, column });
  }
  const pairs = problems.length > 0 ? [] : pairUp(columns, { examples, path, problems });
  if (problems.length > 0) {
    throw new AttuneError('E_BAD_PAIRS', {
      what: `${path} does not contain pairs of rows`,
      expected: 'two lines per pair, the original first, as written by `attune data counterfactuals`',
      problems,
    });
  }
  return { pairs: sampledRows(pairs, maxPairs, seed), available: pairs.length };
}

function pairColumn(value: unknown): PairColumn | undefined {
  const { pair, side, axis, group, changes } = (value ?? {}) as Partial<PairColumn>;
  const isWhole =
    typeof pair === 'string' &&
    (side === 'original' || side === 'changed') &&
    axes.some((one) => one === axis) &&
    typeof group === 'string' &&
    Array.isArray(changes);
  return isWhole ? (value as PairColumn) : undefined;
}

interface Pairing {
  examples: ReadonlyMap<number, Example>;
  path: string;
  problems: Problem[];
}

function pairUp(
  columns: readonly { line: number; column: PairColumn }[],
  { examples, path, problems }: Pairing,
): ReadPair[] {
  const pairs: ReadPair[] = [];
  for (let at = 0; at < columns.length; at += 2) {
    const [first, second] = [columns[at], columns.at(at + 1)];
    const [original, changed] = [first, second].map((row) => row && examples.get(row.line));
    const { pair, axis, group, changes } = first.column;
    const belongs =
      second?.column.pair === pair && first.column.side === 'original' && second.column.side === 'changed';
    if (!belongs || original === undefined || changed === undefined) {
      problems.push({ file: path, line: first.line, field: PAIR, message: `is the only row of the pair ${pair}` });
      return pairs;
    }
    pairs.push({ axis, original, changed, groups: [group, second.column.group], changes });
  }
  return pairs;
}
