// The page of a run in progress, in a browser: follows the run, also through a proxy and after the server is gone, and
// ends with its result.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage } from '../../src/app/page/index.ts';
import { openStudio, type OpenStudio } from '../../src/app/studio/studio.ts';
import type { RunEvent } from '../../src/base/events.ts';
import { RunFolder } from '../../src/store/run-folder.ts';
import { recipe, stepFinished } from '../unit/jobs/report/sample-run.ts';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';

describe.skipIf(process.env.ATTUNE_CHROMIUM === undefined)('the page of a run that goes on', () => {
  let folder: string;
  let browser: Browser;
  let server: OpenStudio;
  let page: Page;
  let run: RunFolder;
  const complaints: string[] = [];
  const steps = (from: number, to: number) => {
    for (let step = from; step <= to; step++)
      run.record({ ...stepFinished(step, 40, 1 + 2 / step), secondsLeft: 65 } as RunEvent);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-live-'));
    run = new RunFolder(folder);
    run.record({ type: 'run-started', run: 'run-1', folder, base: '', recipe, identity: {} });
    run.record({ type: 'phase-started', phase: 'data', message: 'reading tickets.jsonl' });
    server = await openPage(folder);
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    // A proxy that passes replies on only when they are complete.
    await page.route('**/api/**', async (route) => {
      const response = await route.fetch().catch(() => undefined);
      await (response === undefined ? route.abort() : route.fulfill({ response }));
    });
    await page.goto(server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('says what it is at, then its steps, its curve and the time left, without being loaded again', async () => {
    expect(await page.getByLabel('Progress').textContent()).toContain('reading tickets.jsonl');
    await page.evaluate('window.isSame = true');
    run.record({ type: 'phase-started', phase: 'train', message: 'training' });
    steps(1, 12);
    await page.getByText('Step 12 of 40, about 1 min 05 s left').waitFor({ timeout: 60_000 });
    const loss = page.getByRole('img', { name: 'Loss by step' });
    expect(await loss.textContent()).toContain('1.167');
    await page.getByText('The numbers').click();
    steps(13, 20);
    await page.getByText('Step 20 of 40').waitFor({ timeout: 60_000 });
    expect(await page.locator('details', { hasText: 'The numbers' }).getAttribute('open')).toBe('');
    await server.close();
    await page.getByText('The studio does not answer').waitFor({ timeout: 60_000 });
    steps(21, 22);
    server = await openStudio({ port: Number(new URL(server.url).port) });
    await page.getByText('Step 22 of 40').waitFor({ timeout: 60_000 });
    expect(await page.evaluate('window.isSame')).toBe(true);
    expect(await barriers(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  test('becomes that of the result once the run has ended', async () => {
    steps(23, 40);
    const choice = { step: 40, reason: 'last-step' } as const;
    run.record({ type: 'run-finished', step: 40, choice, result: 'adapter', metrics: {}, seconds: 5 });
    run.close();
    await page.getByRole('heading', { name: 'Try it' }).waitFor({ timeout: 60_000 });
    expect(await page.getByLabel('Progress').count()).toBe(0);
    expect(await page.locator('h1').textContent()).toContain('finished');
    // The browser logs the failed requests while the server was away.
    expect(complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
  });
});
