export interface SymbolPair {
  source: readonly string[];
  target: readonly string[];
}

/** Translations by source symbol; `target` is undefined if the symbol usually has no counterpart. */
export type SymbolTable = Map<string, { target: string | undefined }>;

const ITERATIONS = 6;
/** Null source symbol: generates target symbols that no source symbol explains. */
const NOTHING = '';

/** Source–target pairs that occur in some row, and the pairs of each row's positions. */
interface Cells {
  sources: string[];
  targets: string[];
  /** Source and target of each pair. */
  sourceOf: Int32Array;
  targetOf: Int32Array;
  /** For each target position of all rows, the pairs with each source position of its row. */
  pairs: Int32Array;
  /** Start of each target position's pairs, plus the end. */
  starts: Float64Array;
}

/** Learns p(target | source) by expectation maximisation (IBM Model 1) and keeps each source's best target. */
export function alignSymbols(rows: readonly SymbolPair[]): SymbolTable {
  const cells = collectCells(rows);
  let probability: Float64Array = new Float64Array(cells.sourceOf.length).fill(1);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) probability = reestimate(cells, probability);
  return chooseTargets(cells, probability);
}

function collectCells(rows: readonly SymbolPair[]): Cells {
  const [sources, targets] = [new Map<string, number>([[NOTHING, 0]]), new Map<string, number>()];
  const numberOf = (table: Map<string, number>, symbol: string) => {
    const known = table.get(symbol);
    if (known === undefined) table.set(symbol, table.size);
    return known ?? table.size - 1;
  };
  const pairNumbers = new Map<number, number>();
  const [pairs, starts]: [number[], number[]] = [[], []];
  for (const { source, target } of rows) {
    const sourceNumbers = [NOTHING, ...source].map((symbol) => numberOf(sources, symbol));
    for (const symbol of target) {
      const targetNumber = numberOf(targets, symbol);
      starts.push(pairs.length);
      for (const sourceNumber of sourceNumbers) pairs.push(pairNumber(pairNumbers, sourceNumber, targetNumber));
    }
  }
  starts.push(pairs.length);
  const keys = [...pairNumbers.keys()];
  return {
    sources: [...sources.keys()],
    targets: [...targets.keys()],
    sourceOf: Int32Array.from(keys, (key) => Math.floor(key / PAIR_BASE)),
    targetOf: Int32Array.from(keys, (key) => key % PAIR_BASE),
    pairs: Int32Array.from(pairs),
    starts: Float64Array.from(starts),
  };
}

const PAIR_BASE = 2 ** 26;

function pairNumber(numbers: Map<number, number>, source: number, target: number): number {
  const key = source * PAIR_BASE + target;
  const known = numbers.get(key);
  if (known === undefined) numbers.set(key, numbers.size);
  return known ?? numbers.size - 1;
}

/** One EM iteration: distributes each target position over its sources, then normalises by source. */
function reestimate({ sources, sourceOf, pairs, starts }: Cells, probability: Float64Array): Float64Array {
  const counts = new Float64Array(probability.length);
  for (let position = 0; position + 1 < starts.length; position++) {
    let sum = 0;
    for (let cell = starts[position]; cell < starts[position + 1]; cell++) sum += probability[pairs[cell]];
    for (let cell = starts[position]; cell < starts[position + 1]; cell++) {
      counts[pairs[cell]] += probability[pairs[cell]] / sum;
    }
  }
  const totals = new Float64Array(sources.length);
  for (let pair = 0; pair < counts.length; pair++) totals[sourceOf[pair]] += counts[pair];
  return counts.map((count, pair) => count / totals[sourceOf[pair]]);
}

/** Best target of each source; undefined if it is the best source of a target less than half as often as by chance. */
function chooseTargets(cells: Cells, probability: Float64Array): SymbolTable {
  const { sources, targets, sourceOf, targetOf, pairs, starts } = cells;
  const explains = new Float64Array(sources.length);
  const fairShare = new Float64Array(sources.length);
  for (let position = 0; position + 1 < starts.length; position++) {
    let best = starts[position];
    for (let cell = best; cell < starts[position + 1]; cell++) {
      const weight = 1 / (starts[position + 1] - starts[position]);
      fairShare[sourceOf[pairs[cell]]] += weight;
      if (probability[pairs[cell]] > probability[pairs[best]]) best = cell;
    }
    explains[sourceOf[pairs[best]]]++;
  }
  const bestPair = new Int32Array(sources.length).fill(-1);
  for (let pair = 0; pair < sourceOf.length; pair++) {
    const source = sourceOf[pair];
    if (bestPair[source] < 0 || probability[pair] > probability[bestPair[source]]) bestPair[source] = pair;
  }
  const table: SymbolTable = new Map();
  for (let source = 1; source < sources.length; source++) {
    const drops = explains[source] < 0.5 * fairShare[source];
    table.set(sources[source], { target: drops ? undefined : targets[targetOf[bestPair[source]]] });
  }
  return table;
}
