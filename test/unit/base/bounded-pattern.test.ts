import { describe, expect, it } from 'vitest';
import { BoundedPattern } from '../../../src/base/bounded-pattern.ts';

describe('a bounded pattern', () => {
  it('may be asked about any number of texts', () => {
    const pattern = new BoundedPattern('layers\\.\\d+\\.(up|down)_proj', '^', '$');
    // With this many texts, the time of the timeout alone would exceed a second.
    const texts = Array.from({ length: 9_000 }, (_, i) => `layers.${i}.${i % 2 === 0 ? 'up_proj' : 'norm'}`);
    expect(texts.filter((text) => pattern.test(text))).toHaveLength(4_500);
  });

  it('is refused once it backtracks without end', () => {
    const pattern = new BoundedPattern('(a+)+', '^', 'b$');
    expect(pattern.test('aab')).toBe(true);
    expect(() => pattern.test('a'.repeat(60))).toThrow('backtracks too much');
    expect(() => pattern.test('a'.repeat(60))).toThrow('E_BAD_PATTERN');
  });
});
