import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Watcher } from '../../src/monitoring/index.ts';
import { fakeServer, type FakeServer } from '../unit/serving/fake-models.ts';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';

const SAID = '<img src=x onerror=alert(1)> hello';

describe.skipIf(process.env.ATTUNE_CHROMIUM === undefined)('the page of answers', () => {
  let browser: Browser;
  let page: Page;
  let server: FakeServer;
  let listening: Server;
  let watcher: Watcher;
  const complaints: string[] = [];

  beforeAll(async () => {
    watcher = await Watcher.open({
      folder: mkdtempSync(join(tmpdir(), 'attune-answers-page-')),
      keep: 'text',
      retention: 30,
      feedbackRetention: 365,
      onFailure: (_, error) => void complaints.push(String(error)),
    });
    server = await fakeServer({}, { watcher });
    for (let i = 0; i < 30; i++)
      watcher.observe({
        id: `chatcmpl-${i}`,
        choice: 0,
        at: Date.now() - 6e4 + i,
        model: 'tickets',
        version: 'v1',
        operation: 'chat',
        status: 200,
        milliseconds: 10,
        finish: i === 29 ? 'length' : 'stop',
        prompt: `<b>Where</b> is order ${i}? ${'x'.repeat(200)}`,
        answer: SAID,
      });
    await watcher.flush();
    listening = createServer(getRequestListener(server.app.fetch)).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void complaints.push(dialog.message()));
    await page.goto(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/answers`);
    await page.locator('.kept').first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    listening?.close();
    await server?.close();
    await watcher?.close();
  });

  const found = () => page.locator('.kept').count();
  const isTooWide = () => page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');

  test('lists answers as text, page after page, on a phone', async () => {
    expect(await found()).toBe(20);
    expect(await page.locator('.kept .said').first().textContent()).toBe(SAID);
    expect(await page.locator('.kept .flag').allTextContents()).toEqual(['runaway']);
    await page.getByRole('button', { name: 'More' }).click();
    await expect.poll(found).toBe(30);
    expect(await isTooWide()).toBe(false);
    expect(await barriers(page)).toEqual([]);
  });

  test('searches, opens an answer, and keeps what is said of it as feedback', async () => {
    await page.getByLabel('Search', { exact: true }).fill('order 17');
    await page.keyboard.press('Enter');
    await expect.poll(found).toBe(1);
    await page.getByRole('button', { name: 'Open chatcmpl-17' }).click();
    await page.getByRole('button', { name: 'Bad' }).click();
    await page.getByLabel('What the answer should have been').fill('On <Monday>.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('bad · corrected: On <Monday>.').first().waitFor();
    expect(await isTooWide()).toBe(false);
    expect(await barriers(page)).toEqual([]);
    const [row] = await watcher.store.database.selectFrom('feedback').selectAll().execute();
    expect(row).toMatchObject({ trace: 'chatcmpl-17', thumb: 0, corrected: 1 });
    await page.getByLabel('Without feedback').check();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect.poll(found).toBe(0);
  });

  test('runs nothing of what it shows, and has no errors', () => {
    expect(complaints).toEqual([]);
  });
});
