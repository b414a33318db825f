// A review in a browser: by keyboard alone, with hostile texts, in a narrow window.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openReview } from '../../src/app/review/open-review.ts';
import { reviewResults } from '../../src/app/review/review.ts';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';
import type { OpenReview } from '../../src/app/use-cases/review.ts';

const HOSTILE = `</script><script>window.broken = true</script><img src=x onerror="window.broken = true">${'long'.repeat(60)}`;

describe.skipIf(process.env.ATTUNE_CHROMIUM === undefined)('the page of a review', () => {
  let folder: string;
  let file: string;
  let browser: Browser;
  let page: Page;
  let review: OpenReview;
  const complaints: string[] = [];
  const exchanged: string[] = [];
  const state = () => page.getByRole('status').textContent();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-review-page-'));
    file = join(folder, 'pairs.jsonl');
    const rows = Array.from({ length: 20 }, (_, i) => {
      const systems = { system_a: 'secret-tuned', system_b: 'secret-base' };
      return {
        id: `row-${i}`,
        prompt: `question ${i} ${HOSTILE}`,
        a: `good ${i}`,
        b: `bad ${i} ${HOSTILE}`,
        ...systems,
      };
    });
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    review = await openReview(file, { reviewer: ['anna'] });
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => exchanged.push(request.postData() ?? ''));
    page.on('response', async (response) => exchanged.push(await response.text().catch(() => '')));
    await page.goto(review.pages[0].url);
    await page.getByText('0 of 20 judged').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await review?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Presses the key of the good answer and waits until the choice is saved. */
  async function judge(from: number, to: number): Promise<void> {
    for (let done = from; done < to; done++) {
      const isLeft = (await page.locator('[data-text="left"]').textContent())!.startsWith('good');
      await page.keyboard.press(isLeft ? '1' : 'ArrowRight');
      await page.getByText(`${done + 1} of 20 judged`).waitFor();
    }
  }

  test('takes twenty pairs by keyboard alone, with undo and a reload in the middle', async () => {
    expect(await barriers(page)).toEqual([]);
    await judge(0, 9);
    await page.keyboard.press('0');
    await page.getByText('10 of 20 judged').waitFor();
    await page.keyboard.press('u');
    await page.getByText('9 of 20 judged').waitFor();
    const shown = await page.locator('[data-text="left"]').textContent();
    await page.reload();
    await page.getByText('9 of 20 judged').waitFor();
    expect(await page.locator('[data-text="left"]').textContent()).toBe(shown);
    await judge(9, 20);
    expect(await page.getByText('All pairs are judged').isVisible()).toBe(true);
    expect(await barriers(page)).toEqual([]);
    expect(await state()).toBe('20 of 20 judged, saved');
    expect((await reviewResults(file)).winRate).toMatchObject({ system: 'secret-tuned', wins: 20 });
  });

  test('fits a narrow window, runs nothing that texts hold, and never hears whose answers these are', async () => {
    await page.keyboard.press('u');
    await page.getByText('19 of 20 judged').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(exchanged.length).toBeGreaterThan(20);
    expect(exchanged.filter((text) => /secret|row-\d/.test(text))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('says so when a choice could not be saved, and keeps the pair', async () => {
    await review.close();
    await page.keyboard.press('1');
    await page.getByText('This was not saved').waitFor();
    expect(await state()).toBe('19 of 20 judged, saved');
  });
});
