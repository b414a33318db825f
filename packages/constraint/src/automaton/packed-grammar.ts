/** A finished grammar as typed arrays: compiled in one thread and transferred to another without a copy. */
import type { Grammar } from './grammar.ts';

/** Lists by node: those of node `i` are from `from[i]` up to `from[i + 1]`. */
export interface PackedGrammar {
  /** First node of each rule. */
  starts: Int32Array;
  isEnd: Uint8Array;
  isFree: Uint8Array;
  byteFrom: Int32Array;
  byteLow: Uint8Array;
  byteHigh: Uint8Array;
  byteTo: Int32Array;
  jumpFrom: Int32Array;
  jumpTo: Int32Array;
  callFrom: Int32Array;
  callRule: Int32Array;
  callTo: Int32Array;
  /** Within fixed texts: start and end of the remainder in `texts`, and the node after it; -1 elsewhere. */
  literalFrom: Int32Array;
  literalEnd: Int32Array;
  literalTo: Int32Array;
  texts: Uint8Array;
}

export function packGrammar({ nodes, starts }: Grammar): PackedGrammar {
  const counts = { bytes: 0, jumps: 0, calls: 0 };
  for (const { bytes, jumps, calls } of nodes) {
    counts.bytes += bytes.length;
    counts.jumps += jumps.length;
    counts.calls += calls.length;
  }
  const packed = emptyPacked(nodes.length, counts);
  packed.starts = Int32Array.from(starts);
  const at = { bytes: 0, jumps: 0, calls: 0 };
  for (const [index, { bytes, jumps, calls, isEnd, isFree }] of nodes.entries()) {
    packed.isEnd[index] = Number(isEnd);
    packed.isFree[index] = Number(isFree === true);
    for (const { low, high, to } of bytes) {
      packed.byteLow[at.bytes] = low;
      packed.byteHigh[at.bytes] = high;
      packed.byteTo[at.bytes++] = to;
    }
    for (const to of jumps) packed.jumpTo[at.jumps++] = to;
    for (const { rule, to } of calls) {
      packed.callRule[at.calls] = rule;
      packed.callTo[at.calls++] = to;
    }
    packed.byteFrom[index + 1] = at.bytes;
    packed.jumpFrom[index + 1] = at.jumps;
    packed.callFrom[index + 1] = at.calls;
  }
  packTexts(nodes, packed);
  return packed;
}

function emptyPacked(nodes: number, edges: { bytes: number; jumps: number; calls: number }): PackedGrammar {
  return {
    starts: new Int32Array(),
    isEnd: new Uint8Array(nodes),
    isFree: new Uint8Array(nodes),
    byteFrom: new Int32Array(nodes + 1),
    byteLow: new Uint8Array(edges.bytes),
    byteHigh: new Uint8Array(edges.bytes),
    byteTo: new Int32Array(edges.bytes),
    jumpFrom: new Int32Array(nodes + 1),
    jumpTo: new Int32Array(edges.jumps),
    callFrom: new Int32Array(nodes + 1),
    callRule: new Int32Array(edges.calls),
    callTo: new Int32Array(edges.calls),
    literalFrom: new Int32Array(nodes).fill(-1),
    literalEnd: new Int32Array(nodes).fill(-1),
    literalTo: new Int32Array(nodes).fill(-1),
    texts: new Uint8Array(),
  };
}

function packTexts(nodes: Grammar['nodes'], packed: PackedGrammar): void {
  const places = new Map<Uint8Array, number>();
  let size = 0;
  for (const [index, { literal }] of nodes.entries()) {
    if (literal === undefined) continue;
    const { text, offset, to } = literal;
    let place = places.get(text);
    if (place === undefined) {
      places.set(text, (place = size));
      size += text.length;
    }
    packed.literalFrom[index] = place + offset;
    packed.literalEnd[index] = place + text.length;
    packed.literalTo[index] = to;
  }
  packed.texts = new Uint8Array(size);
  for (const [text, place] of places) packed.texts.set(text, place);
}
