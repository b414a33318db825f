import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../tools/check/all.ts';

describe('the repository', () => {
  it.each(CHECKS)('passes the check "$name"', { timeout: 180_000 }, async (check) => {
    expect(await check.run(process.cwd())).toEqual([]);
  });
});
