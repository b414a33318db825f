/**
 * Classes of Unicode without the letters of far planes one by one: with the flag u, V8 compiles a class to the pairs of
 * surrogates of each of its ranges, eight kilobytes for `\p{L}` wherever it stands.
 */
import { table } from '../../base/table.ts';
import { leanPattern } from './lean.ts';

/** Beyond U+FFFF whole blocks stand for their letters: symbols of music, digits and pictures are none. */
const BEYOND: Readonly<Record<string, string>> = table({
  L: String.raw`\u{10000}-\u{1cfff}\u{1d400}-\u{1d7cb}\u{1df00}-\u{1e943}\u{20000}-\u{33479}`,
  N: String.raw`\u{1d7ce}-\u{1d7ff}\u{1f100}-\u{1f10c}\u{1fbf0}-\u{1fbf9}`,
  // Which form of a character a name has.
  M: String.raw`\u{e0100}-\u{e01ef}`,
});
const CLASS = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|[^])|\[(?:\\[^]|[^\]\\])*\]|[^\\[]+/gsu;
const MEMBER = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|[^])|[^]/gsu;
/** What a class of the flag v has for itself. */
const SIGN = /^[&\-!#%,:;<=>@`~^$.*+?()[\]{}|/]$/u;

/**
 * An expression that matches the same but for signs within far blocks, compiled to as little as can be. It has the flag
 * v, whose classes are cut out of others, unless it says "no letter"; no walk reads that.
 */
export function leanestPattern(pattern: RegExp): RegExp {
  const { source, flags } = leanPattern(pattern);
  const isNear = !flags.includes('u') || !/\\p\{[LNM]\}/.test(source) || source.includes(String.raw`\P{`);
  return new RegExp(isNear ? source : source.replaceAll(CLASS, written), isNear ? flags : flags.replace('u', 'v'));
}

function written(part: string): string {
  if (!part.startsWith('[')) return near(part) === part ? part : `[${near(part)}]`;
  const isNegative = part[1] === '^';
  const members = part.slice(isNegative ? 2 : 1, -1).match(MEMBER) ?? [];
  const signs = members.map((member, at) => {
    const isOfRange = member === '-' && at > 0 && at < members.length - 1;
    return !isOfRange && SIGN.test(member) ? `\\${member}` : near(member);
  });
  return `[${isNegative ? '^' : ''}${signs.join('')}]`;
}

function near(member: string): string {
  const name = /^\\p\{([LNM])\}$/.exec(member)?.[1];
  return name === undefined ? member : String.raw`[\p{${name}}&&[\0-\uffff]]${BEYOND[name]}`;
}
