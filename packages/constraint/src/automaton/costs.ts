/** Cost from each node of a rule to its end. */
import type { Grammar, GrammarNode } from './grammar.ts';

export interface CostModel {
  /** Tokens for one byte of a range; Infinity if the vocabulary has none of them. */
  ofBytes(low: number, high: number): number;
  /** Tokens for the rest of a fixed text. */
  ofText(text: Uint8Array, offset: number): number;
}

/** Counts bytes instead of tokens: finite wherever some text leads to the end. */
export const byteCosts: CostModel = { ofBytes: () => 1, ofText: (text, offset) => text.length - offset };

/** Minimum cost from each node to the end of its rule; Infinity if none is reachable. */
export function costsToEnd(grammar: Grammar, model: CostModel): Float64Array {
  const { nodes, starts } = grammar;
  const costs = new Float64Array(nodes.length).fill(Infinity);
  const dependents = dependentsOf(grammar);
  const queue: number[] = [];
  const isQueued = new Uint8Array(nodes.length);
  const put = (node: number): void => {
    if (isQueued[node] === 1) return;
    isQueued[node] = 1;
    queue.push(node);
  };
  for (const [index, node] of nodes.entries()) if (node.isEnd) put(index);
  for (let next = 0; next < queue.length; next++) {
    const index = queue[next];
    isQueued[index] = 0;
    const cost = costOf(nodes[index], { costs, starts, model });
    if (cost >= costs[index]) continue;
    costs[index] = cost;
    for (const dependent of dependents[index]) put(dependent);
  }
  return costs;
}

/** Minimum cost over a node's edges, given the costs known so far. */
function costOf(
  node: GrammarNode,
  known: { costs: Float64Array; starts: readonly number[]; model: CostModel },
): number {
  const { costs, starts, model } = known;
  if (node.isEnd) return 0;
  if (node.literal !== undefined) {
    return model.ofText(node.literal.text, node.literal.offset) + costs[node.literal.to];
  }
  let least = Infinity;
  for (const { low, high, to } of node.bytes) least = Math.min(least, model.ofBytes(low, high) + costs[to]);
  for (const to of node.jumps) least = Math.min(least, costs[to]);
  for (const { rule, to } of node.calls) least = Math.min(least, costs[starts[rule]] + costs[to]);
  return least;
}

/** For each node, the nodes whose cost depends on it. */
function dependentsOf({ nodes, starts }: Grammar): number[][] {
  const dependents = nodes.map((): number[] => []);
  for (const [index, node] of nodes.entries()) {
    if (node.literal !== undefined) dependents[node.literal.to].push(index);
    for (const { to } of node.bytes) dependents[to].push(index);
    for (const to of node.jumps) dependents[to].push(index);
    for (const { rule, to } of node.calls) {
      dependents[to].push(index);
      dependents[starts[rule]].push(index);
    }
  }
  return dependents;
}
