/**
 * Merges of a SentencePiece BPE vocabulary, which only has scores: every way to form a piece from two others, best
 * piece first (transformers' `generate_merges`).
 */
import { pushAll } from '../../../base/many.ts';
export function mergesOfPieces(pieces: readonly (readonly [string, number])[]): [string, string][] {
  const ids = new Map(pieces.map(([text], id) => [text, id]));
  const idOf = (text: string): number => ids.get(text) as number;
  const found: { left: string; right: string; score: number; lengths: [number, number] }[] = [];
  for (const [text, score] of pieces) {
    const characters = [...text];
    const ways = characters.slice(1).flatMap((_, i) => {
      const [left, right] = [characters.slice(0, i + 1), characters.slice(i + 1)];
      const [leftText, rightText] = [left.join(''), right.join('')];
      if (!ids.has(leftText) || !ids.has(rightText)) return [];
      return [{ left: leftText, right: rightText, score, lengths: [left.length, right.length] as [number, number] }];
    });
    pushAll(
      found,
      ways.toSorted((a, b) => idOf(a.left) - idOf(b.left) || idOf(a.right) - idOf(b.right)),
    );
  }
  const ordered = found.toSorted(
    (a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1],
  );
  return ordered.map(({ left, right }) => [left, right]);
}
