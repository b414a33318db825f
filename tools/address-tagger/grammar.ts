/** Texts of patterns: `[a|b]` one of them, `{slot}`, `#` a digit, `@` a capital; a `#` before a slot or alone is a sign. */
import type { Draws } from '../pii-development/values.ts';

const CAPITALS = 'ABCDEFGHJKLMNPRSTUVWXYZ';
/** Stands for a number sign while digits are drawn. */
const SIGN = '♯';
const LITERAL = /(?<![#\d{-])#(?=[{[\d]| \{| ?[|\]])/g;

/** Chooses among alternatives, innermost first, so that they may stand in each other. */
export function chosen(pattern: string, draws: Draws): string {
  let text = pattern;
  for (;;) {
    const next = text.replaceAll(/\[([^[\]]*)\]/g, (_, inner: string) => draws.of(inner.split('|')));
    if (next === text) return text;
    text = next;
  }
}

/** A text of a pattern whose slots `fill` knows. */
export function textOf(pattern: string, draws: Draws, fill: (slot: string) => string): string {
  const plain = chosen(pattern.replaceAll(LITERAL, SIGN), draws);
  return plain
    .replaceAll(/\{[^{}]+\}|#|@/g, (part) => {
      if (part === '#') return String(draws.below(10));
      return part === '@' ? CAPITALS[draws.below(CAPITALS.length)] : fill(part.slice(1, -1));
    })
    .replaceAll(SIGN, '#')
    .replaceAll('(at)', '@');
}

/** Blocks of lines, each behind `== NAME`; what begins with `# ` before the first is a remark. */
export function blocksOf(text: string): { title: string; lines: string[] }[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((block) => {
      const [title, ...lines] = block.split('\n');
      return { title, lines: lines.filter((line) => line !== '') };
    });
}
