import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { gateRun } from '../../src/app/gate/gate.ts';
import { writeReport } from '../../src/jobs/report/index.ts';
import { recipe, writeSampleRun } from '../unit/jobs/report/sample-run.ts';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';

describe.skipIf(!process.env.ATTUNE_CHROMIUM)('report.html in a browser', () => {
  let folder: string;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-report-page-'));
    vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
    writeSampleRun(folder);
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe));
    await writeReport(folder);
    await gateRun(folder, { forgetting: 0 }).catch(() => undefined);
    url = pathToFileURL(join(folder, 'report.html')).href;
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(options: { width?: number; colorScheme?: 'light' | 'dark' } = {}) {
    const { width = 1200, colorScheme = 'light' } = options;
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(url);
    return { page, requests, complaints };
  }

  test('asks for nothing but itself, complains of nothing and runs nothing that the data holds', async () => {
    const { page, requests, complaints } = await open();
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(await page.locator('.samples .sample').first().innerText()).toContain(
      '<script>window.broken = true</script>',
    );
    await page.close();
  });

  test.each([1200, 720, 360])('does not run out of a window of %s pixels', async (width) => {
    const { page } = await open({ width });
    const name = 'worse than gradient-boosted trees on the columns';
    await page
      .locator('.sample .badge')
      .first()
      .evaluate((badge, text) => void (badge.textContent = text), name);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  });

  test.each(['light', 'dark'] as const)('has nothing in its %s colours that keeps people out', async (colorScheme) => {
    const { page } = await open({ colorScheme });
    await page.locator('details').evaluateAll((parts) => parts.forEach((part) => part.setAttribute('open', '')));
    expect(await barriers(page, colorScheme === 'light' ? 'everything' : 'colours')).toEqual([]);
    await page.close();
  });

  test('stands beside the page of a gate, which can be read without a mouse or good eyes as well', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    await page.goto(pathToFileURL(join(folder, 'gate.html')).href);
    expect(await page.locator('h1').textContent()).toBe('May not be used');
    expect(await barriers(page)).toEqual([]);
    await page.close();
  });

  test('shows the numbers of a step where the pointer is', async () => {
    const { page } = await open();
    const chart = page.locator('.picture', { hasText: 'Loss by step' });
    const column = chart.locator('.column', { hasText: 'step 10 ' });
    const shown = column.locator('.shown');
    const opacity = () =>
      page.evaluate(
        `getComputedStyle(document.querySelectorAll('.column:hover .shown')[0] ?? document.querySelector('.shown')).opacity`,
      );
    expect(await opacity()).toBe('0');
    await column.locator('rect').hover();
    expect(await opacity()).toBe('1');
    expect((await shown.textContent())?.trim()).toBe('step 10 · training 1.2 · validation 1.6');
    await page.close();
  });

  test('names every picture, has headings in order, and no text runs into another in the charts', async () => {
    const { page } = await open();
    const pictures = page.getByRole('img');
    expect(await pictures.count()).toBeGreaterThan(5);
    const ids = await page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    const levels = await page
      .locator('h1, h2, h3')
      .evaluateAll((list) => list.map(({ tagName }) => Number(tagName[1])));
    expect(levels[0]).toBe(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(await overlappingTicks(page)).toEqual([]);
    await page.close();
  });

  test('filters answers by how they changed, searches all texts, and shows more on demand', async () => {
    const { page, complaints } = await open();
    const shown = () => page.locator('.samples .sample:visible');
    const choose = (name: string) => page.getByText(name, { exact: false }).locator('visible=true').first().click();
    expect(await shown().count()).toBe(20);
    expect(await page.locator('.controls output').textContent()).toBe('20 of 32 shown');
    expect(await shown().first().getAttribute('data-change')).toBe('worse');
    await page.getByRole('button', { name: 'Show more' }).click();
    expect(await shown().count()).toBe(32);
    expect(await page.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false);
    for (const [filter, rows] of [
      ['Worse 1', 1],
      ['Invalid 1', 1],
      ['Better 30', 20],
      ['All 32', 20],
    ] as const) {
      await choose(filter);
      expect(await shown().count(), filter).toBe(rows);
    }
    const search = page.getByRole('searchbox');
    await search.fill('Copied 7');
    expect(await shown().count()).toBe(1);
    await search.fill('not to be found');
    expect(await page.getByText('No rows match.').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('chooses a filter by keyboard', async () => {
    const { page } = await open();
    await page.getByRole('radio', { name: 'All 32' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.samples .sample:visible').count()).toBe(1);
    await page.close();
  });

  test('draws each interval on one scale with zero, beside its numbers', async () => {
    const { page } = await open();
    const rows = page.locator('.forest').first().locator('tbody tr:has(.track)');
    const places = await rows.evaluateAll((list) =>
      list.map((row) => {
        const [zero, reach, point] = ['.zero', '.reach', '.point > *'].map((name) =>
          row.querySelector(name)!.getBoundingClientRect(),
        );
        return { zero: zero.left, low: reach.left, high: reach.right, at: (point.left + point.right) / 2 };
      }),
    );
    expect(places).toHaveLength(2);
    // 20 (15 to 25) and 40 (35 to 45), from zero
    const unit = (places[0].at - places[0].zero) / 20;
    for (const [i, values] of [
      { low: 15, high: 25, at: 20 },
      { low: 35, high: 45, at: 40 },
    ].entries()) {
      for (const name of ['low', 'high', 'at'] as const) {
        expect((places[i][name] - places[i].zero) / unit, name).toBeCloseTo(values[name], 0);
      }
    }
    expect(await rows.first().innerText()).toContain('+15 to +25');
    await page.close();
  });

  test('without scripts shows every answer, and on paper every metric', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    expect(await page.locator('.samples .sample').count()).toBe(32);
    expect(await page.locator('.samples .sample').last().isVisible()).toBe(true);
    expect(await page.locator('.controls').isVisible()).toBe(false);
    const inside = page.locator('details.printed .forest').first();
    expect(await inside.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await inside.isVisible()).toBe(true);
    await context.close();
  });

  test('opens the table of numbers by keyboard', async () => {
    const { page } = await open();
    const summary = page.getByText('The numbers');
    await summary.focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('cell', { name: 'validation, best so far' }).first().isVisible()).toBe(true);
    await page.close();
  });
});

/** Pairs of axis labels in one picture that overlap. */
function overlappingTicks(page: Page): Promise<string[]> {
  return page.locator('.picture').evaluateAll((pictures) =>
    pictures.flatMap((picture) => {
      const boxes = [...picture.querySelectorAll('.tick, .end')].map((text) => ({
        text,
        box: text.getBoundingClientRect(),
      }));
      return boxes.flatMap(({ text, box }, i) =>
        boxes
          .slice(i + 1)
          .filter((other) => box.left < other.box.right && other.box.left < box.right)
          .filter((other) => box.top < other.box.bottom - 2 && other.box.top < box.bottom - 2)
          .map((other) => `${text.textContent} / ${other.text.textContent}`),
      );
    }),
  );
}
