import { tooLarge } from '../too-large.ts';

/**
 * A language of byte strings as rules that may call each other and themselves: each rule is a nondeterministic
 * automaton whose edges are bytes, jumps without a byte, and calls of rules.
 */

export interface ByteEdge {
  low: number;
  high: number;
  to: number;
}

export interface CallEdge {
  rule: number;
  /** Node to continue at when the called rule ends. */
  to: number;
}

export interface GrammarNode {
  bytes: ByteEdge[];
  jumps: number[];
  calls: CallEdge[];
  /** Whether the rule may end here. */
  isEnd: boolean;
  /** Within free text: tokens without text change nothing, and an end here does not complete a form. */
  isFree?: true;
  /** Within a fixed text: its remainder, and the node after it. */
  literal?: { text: Uint8Array; offset: number; to: number };
}

/** Maximum number of nodes: about 500 MB during compilation. */
const MOST_NODES = 500_000;

export class Grammar {
  readonly nodes: GrammarNode[] = [];
  /** First node of each rule; rule 0 is the whole value. */
  readonly starts: number[] = [];

  /** Adds an empty rule, so that it can be called before it is complete. */
  addRule(): number {
    return this.starts.push(this.addNode()) - 1;
  }

  /** @throws E_CONSTRAINT_TOO_LARGE */
  addNode(): number {
    if (this.nodes.length >= MOST_NODES) throw tooLarge('The constraint', `more than ${MOST_NODES} states`);
    return this.nodes.push({ bytes: [], jumps: [], calls: [], isEnd: false }) - 1;
  }

  addBytes(from: number, [low, high]: readonly [number, number], to: number): void {
    this.nodes[from].bytes.push({ low, high, to });
  }

  addJump(from: number, to: number): void {
    this.nodes[from].jumps.push(to);
  }

  addCall(from: number, rule: number, to: number): void {
    this.nodes[from].calls.push({ rule, to });
  }

  /** Adds a fixed text, stored as a unit since one token may cover much of it. */
  addText(from: number, text: string, to: number): void {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length === 0) {
      this.addJump(from, to);
      return;
    }
    const chain = Array.from(bytes, () => this.addNode());
    this.addJump(from, chain[0]);
    for (const [offset, byte] of bytes.entries()) {
      this.nodes[chain[offset]].literal = { text: bytes, offset, to };
      this.addBytes(chain[offset], [byte, byte], chain[offset + 1] ?? to);
    }
  }

  /** Marks free text, which may end here. */
  setFree(node: number): void {
    this.nodes[node].isFree = true;
    this.setEnd(node);
  }

  setEnd(node: number): void {
    this.nodes[node].isEnd = true;
  }
}

/** A grammar whose only rule, the whole value, goes from one node to another. */
export function newGrammar(): { grammar: Grammar; ends: { from: number; to: number } } {
  const grammar = new Grammar();
  const rule = grammar.addRule();
  const to = grammar.addNode();
  grammar.setEnd(to);
  return { grammar, ends: { from: grammar.starts[rule], to } };
}
