import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signReview, verifyReview } from '../../../../src/app/review/review.ts';
import { checkSignOffs } from '../../../../src/evaluation/review/sign-offs.ts';

let folder: string;
let pairs: string;
let chain: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-sign-'));
  pairs = join(folder, 'pairs.jsonl');
  chain = join(folder, 'pairs.sign-offs.jsonl');
  writeFileSync(pairs, '{"prompt":"p","a":"x","b":"y"}\n');
  writeFileSync(join(folder, 'pairs.review.jsonl'), '{"id":"1","choice":"a"}\n');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sign = (reason = 'it is better') => signReview(pairs, { by: 'Änne', decision: 'approve', reason });

describe('sign-offs', () => {
  test('are a chain of what was seen, by whom', async () => {
    const first = await sign();
    const second = await sign('still');
    expect(first).toMatchObject({ number: 0, by: 'Änne', previous: '' });
    expect(Object.keys(first.seen)).toEqual(['pairs', 'review']);
    expect(second).toMatchObject({ number: 1, previous: first.hash });
    expect((await verifyReview(pairs)).signOffs).toHaveLength(2);
  });

  test('show one changed byte, whichever it is', async () => {
    await sign();
    await sign('still');
    const bytes = readFileSync(chain);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 1;
      writeFileSync(chain, changed);
      expect(checkSignOffs(pairs).problems.length, `byte ${at}`).toBeGreaterThan(0);
    }
    writeFileSync(chain, bytes);
    expect(checkSignOffs(pairs).problems).toEqual([]);
  });

  test.each([
    ['a record left out', (lines: string[]) => lines.slice(1)],
    ['records swapped', (lines: string[]) => lines.toReversed()],
    ['a space added', ([first, ...rest]: string[]) => [first.replace(',', ', '), ...rest]],
    ['an empty line', (lines: string[]) => [...lines, '']],
  ])('show %s', async (_, change) => {
    await sign();
    await sign('still');
    writeFileSync(
      chain,
      change(readFileSync(chain, 'utf8').trim().split('\n'))
        .map((line) => `${line}\n`)
        .join(''),
    );
    await expect(verifyReview(pairs)).rejects.toMatchObject({ code: 'E_SIGN_OFFS_CHANGED', exitCode: 3 });
    await expect(sign()).rejects.toMatchObject({ code: 'E_SIGN_OFFS_CHANGED' });
  });

  test('show that what was signed has changed; the log of choices may grow', async () => {
    await sign();
    appendFileSync(join(folder, 'pairs.review.jsonl'), '{"id":"1","choice":"b"}\n');
    expect(await verifyReview(pairs)).toMatchObject({ problems: [], hasNewChoices: true });
    appendFileSync(pairs, '\n');
    await expect(verifyReview(pairs)).rejects.toMatchObject({ problems: [{ file: pairs }] });
    writeFileSync(pairs, '{"prompt":"p","a":"x","b":"z"}\n');
    await expect(verifyReview(pairs)).rejects.toMatchObject({
      problems: [{ message: 'differs from what was signed' }],
    });
    rmSync(pairs);
    expect(checkSignOffs(pairs).problems).toMatchObject([{ message: 'is missing' }]);
  });

  test('want a name, a reason, and something to sign', async () => {
    await expect(sign(' ')).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(verifyReview(pairs)).rejects.toMatchObject({ code: 'E_NOT_SIGNED' });
    const nothing = { by: 'A', decision: 'approve', reason: 'r' } as const;
    await expect(signReview(join(folder, 'none.jsonl'), nothing)).rejects.toMatchObject({ code: 'E_NOTHING_TO_SIGN' });
  });
});
