/** Patterns written for less code match what they matched before. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { lean, leanPattern } from '../../../src/privacy/lean.ts';
import { matchesOf } from '../../../src/privacy/words/expression.ts';

const WORDS = 'alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa';
const SOURCES: readonly (readonly [source: string, flags: string])[] = [
  [String.raw`(?:${WORDS})(?: (?:${WORDS})){0,3}s?(?:${WORDS})?(?!\d)`, 'g'],
  [String.raw`(?<!\p{L})\p{L}{3,8}(?: \p{L}{2,5}){1,3}?(?<year>, \d{2,4})?`, 'giu'],
  [String.raw`(?:(?:${WORDS})[ -]?){2,}?(?=(?:x|${WORDS})\b)`, 'gi'],
  [
    String.raw`(?<sign>[-/.])(?:0?[1-9]|[12]\d)\k<sign>(?:(?:19|20)\d\d|['’]?\d\d){1,2}(?:\k<sign>5| (?:${WORDS}))?(?<=\d)`,
    'g',
  ],
  [String.raw`[^\]\s(|)]{2,3}\|(?:\(|\)|\u{1d400}|\x41|\u0041){0,2}(?:${WORDS}|[)\]|]{3}){0,2}$`, 'gu'],
];
const TEXTS = [
  '',
  'alpha beta gammas epsilon delta alpha-beta-gamma eta thetaiota kappa 7',
  'Alpha BETA x, 1990; ÄLPHÄ bêta 𝐀lpha γάμμα, 12 alphabeta etaeta',
  '1-2-1990 .3.20.21 /09/’99 -31-1999-5 -1-19901990',
  'ab|()A𝐀alpha)|] abc|alpha ab|',
];

function found(pattern: RegExp, text: string): unknown[] {
  return matchesOf(pattern, text).map(({ 0: whole, index, groups }) => [whole, index, { ...groups }]);
}

/**
 * Bytes of machine code that a first and a second use make, in a process of its own: beside other work a collection
 * may throw away more in between than the pattern makes.
 */
function codeOf(source: string): number {
  const script = `
    const used = () => require('node:v8').getHeapSpaceStatistics()
      .filter(({ space_name: name }) => name.includes('code'))
      .reduce((sum, { space_used_size: size }) => sum + size, 0);
    const pattern = new RegExp(${JSON.stringify(source)});
    const before = used();
    for (let count = 0; count < 3; count++) pattern.exec('a text');
    console.log(used() - before);`;
  return Number(execFileSync(process.execPath, ['--eval', script], { encoding: 'utf8' }));
}

describe('lean patterns', () => {
  it.each(SOURCES)('match as %s does', (source, flags) => {
    const [pattern, written] = [new RegExp(source, flags), leanPattern(new RegExp(source, flags))];
    expect(written.source).not.toBe(pattern.source);
    for (const text of TEXTS) expect(found(written, text)).toEqual(found(pattern, text));
  });

  it('are not written again', () => {
    for (const [source, flags] of SOURCES) expect(lean(lean(source, flags), flags)).toBe(lean(source, flags));
  });

  it('leave what is short, and classes within classes, as they are', () => {
    expect(lean(String.raw`(?:a|b)[c\]|]{0,3}\u{1d400}?`, 'u')).toBe(String.raw`(?:a|b)[c\]|]{0,3}\u{1d400}?`);
    expect(lean(String.raw`(?:${WORDS})[\p{L}--[a-z]]{2,3}(?:${WORDS})`, 'v')).not.toContain('(?=)');
  });

  it('are compiled to less', () => {
    const source = String.raw`(?:(?:${WORDS})(?:,? (?:${WORDS}))? ){0,3}(?:${WORDS})\d`;
    const [plain, written] = [codeOf(source), codeOf(lean(source))];
    expect(written).toBeGreaterThan(0);
    expect(written).toBeLessThan(plain / 2);
  });
});
