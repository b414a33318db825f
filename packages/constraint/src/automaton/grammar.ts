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
  /** Where it goes on when the rule's end is reached. */
  to: number;
}

export interface GrammarNode {
  bytes: ByteEdge[];
  jumps: number[];
  calls: CallEdge[];
  /** Whether the rule may end here. */
  isEnd: boolean;
  /** Inside free text: tokens without text change nothing, and an end there does not complete a form. */
  isFree?: true;
  /** Set inside a fixed text: what is left of it, and where it leads. */
  literal?: { text: Uint8Array; offset: number; to: number };
}

/** Nodes of one grammar: some 500 MB while it is compiled. */
const MOST_NODES = 500_000;

export class Grammar {
  readonly nodes: GrammarNode[] = [];
  /** The first node of each rule; rule 0 is the whole value. */
  readonly starts: number[] = [];

  /** A new rule, empty as yet, so that it can be called before it is complete. */
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

  /** A fixed text. Kept as one, because a token may cover much of it. */
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

  /** Free text, which may end here. */
  setFree(node: number): void {
    this.nodes[node].isFree = true;
    this.setEnd(node);
  }

  setEnd(node: number): void {
    this.nodes[node].isEnd = true;
  }
}

/** A grammar whose only rule as yet, the whole value, leads from one node to another. */
export function newGrammar(): { grammar: Grammar; ends: { from: number; to: number } } {
  const grammar = new Grammar();
  const rule = grammar.addRule();
  const to = grammar.addNode();
  grammar.setEnd(to);
  return { grammar, ends: { from: grammar.starts[rule], to } };
}
