/** Named classes of JavaScript's regular expressions with flag u, determined by JavaScript itself. */
import { anyCodePoint, codePoints, negate, rangesOf, type CodePoints } from './code-points.ts';

const known = new Map<string, CodePoints>();

/** Characters that a class escape matches: `\d`, `\W`, `\p{Letter}`. */
export function classEscape(source: string): CodePoints {
  let set = known.get(source);
  if (set === undefined)
    known.set(source, (set = isNegated(source) ? negate(classEscape(opposite(source))) : ask(source)));
  return set;
}

/** Characters that `.` matches without flag s. */
export const notLineEnd: CodePoints = negate(
  codePoints([
    [0x0a, 0x0a],
    [0x0d, 0x0d],
    [0x2028, 0x2029],
  ]),
);

function isNegated(source: string): boolean {
  return 'DWSP'.includes(source[1]);
}

function opposite(source: string): string {
  return `\\${source[1].toLowerCase()}${source.slice(2)}`;
}

function ask(source: string): CodePoints {
  const expression = new RegExp(source, 'u');
  const ranges: [number, number][] = [];
  for (const [low, high] of rangesOf(anyCodePoint)) {
    for (let point = low; point <= high; point++) {
      if (!expression.test(String.fromCodePoint(point))) continue;
      const last = ranges.at(-1);
      if (last !== undefined && last[1] === point - 1) last[1] = point;
      else ranges.push([point, point]);
    }
  }
  return codePoints(ranges);
}
