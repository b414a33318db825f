import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeServer, type FakeServer } from '../unit/serving/fake-models.ts';
import { barriers } from './axe.ts';
import { PAYLOADS } from './payloads.ts';
import { startBrowser } from './start-browser.ts';

const SAID = '<img src=x onerror=alert(1)> hello';

describe.skipIf(process.env.ATTUNE_CHROMIUM === undefined)('the page of a server', () => {
  let browser: Browser;
  let page: Page;
  let server: FakeServer;
  let listening: Server;
  const complaints: string[] = [];

  beforeAll(async () => {
    const models = ['text', 'adapter', 'talkative', 'speech', 'rows', 'vectors', 'items'];
    server = await fakeServer({ models }, { says: SAID, pause: 20, saysOf: { talkative: 'word '.repeat(5000) } });
    listening = createServer(getRequestListener(server.app.fetch)).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void complaints.push(dialog.message()));
    await page.goto(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/`);
    await page.locator('#model option').first().waitFor({ state: 'attached' });
  });
  afterAll(async () => {
    await browser?.close();
    listening?.close();
    await server?.close();
  });

  async function ask(question: string) {
    await page.getByLabel('Message').fill(question);
    const before = await page.locator('.answer').count();
    await page.keyboard.press('Enter');
    // A quick answer may end before the stop button is seen.
    await expect.poll(() => page.locator('.answer').count()).toBeGreaterThan(before);
    await page.locator('#stop').waitFor({ state: 'hidden' });
  }

  /** Messages of the latest requests. */
  function asked(count = 1) {
    return server.state.asked.slice(-count).map(({ prompts }) => {
      const [{ messages }] = prompts as { messages: { role: string; content: string }[] }[];
      return messages.map(({ role, content }) => [role, content]);
    });
  }

  test('asks a model in a conversation under a system prompt, and shows its words as text, with their rate', async () => {
    expect(await page.locator('#model option').allTextContents()).toEqual([
      'text',
      'adapter (on text)',
      'talkative',
      'rows',
      'vectors',
      'items',
    ]);
    // A tuned model comes first, next to its base.
    expect(await page.getByLabel('Model').inputValue()).toBe('adapter');
    expect(await page.getByLabel('Compare with').inputValue()).toBe('text');
    await page.getByLabel('Model').selectOption('text');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('System prompt').fill('Be brief.');
    await ask('one');
    await ask('two');
    expect(await page.locator('.question').allTextContents()).toEqual(['one', 'two']);
    expect(await page.locator('.answer .text').allTextContents()).toEqual([SAID, SAID]);
    expect(await barriers(page)).toEqual([]);
    expect(asked()).toEqual([
      [
        ['system', 'Be brief.'],
        ['user', 'one'],
        ['assistant', SAID],
        ['user', 'two'],
      ],
    ]);
    expect(await page.locator('.answer footer').first().textContent()).toMatch(
      /^\d tokens · [\d.]+ tokens\/s · first after \d\.\d\d s$/,
    );
    expect(await page.locator('.answer pre').first().textContent()).toMatch(
      /^curl http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions -H 'content-type: application\/json' \\\n {2}-d '\{"model":"text"/,
    );
  });

  test('asks two models at once, each in its own conversation', async () => {
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByLabel('Compare with').selectOption('adapter');
    await ask('three');
    expect(await page.locator('.answer h2').allTextContents()).toEqual(['text', 'adapter']);
    expect(asked(2).map((messages) => messages.length)).toEqual([2, 2]);
    await page.getByLabel('Compare with').selectOption('');
  });

  test('stops by Esc, and brings the last message back by ↑', async () => {
    await page.getByLabel('Model').selectOption('talkative');
    await page.getByLabel('Message').fill('four');
    await page.keyboard.press('Enter');
    await page.locator('.answer.busy .text').filter({ hasText: 'word' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#stop').waitFor({ state: 'hidden' });
    expect(await page.locator('.answer footer').last().textContent()).toMatch(/stopped$/);
    await page.getByLabel('Message').press('ArrowUp');
    expect(await page.getByLabel('Message').inputValue()).toBe('four');
  });

  test('shows the answers of classifiers, vectors and recommenders', async () => {
    const found: Record<string, string | null> = {};
    for (const model of ['rows', 'vectors', 'items']) {
      await page.getByLabel('Model').selectOption(model);
      await page.getByLabel('Message').fill('tea\nmilk');
      await page.getByRole('button', { name: 'Send' }).click();
      await page.locator('.answer:not(.busy) h2').filter({ hasText: model }).waitFor();
      const last = page.locator('.answer').last();
      found[model] = (await last.locator('.text, dd:not(:has(meter))').allTextContents()).join(' ').trim();
    }
    expect(found.rows).toBe('yes yes 0.750 no 0.250');
    expect(found.vectors).toMatch(/^milk -?\d\.\d{3}$/);
    expect(found.items).toBe('tea');
    await page.getByLabel('Model').selectOption('text');
  });

  test('shows what the server refuses, keeps the message, and nothing was complained about', async () => {
    const reply = { error: { message: 'The queue is full.', type: 'rate_limit_error', param: null, code: 'full' } };
    await page.route('**/v1/chat/completions', (route) => route.fulfill({ status: 429, json: reply }));
    await page.getByLabel('Message').fill('five');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.answer.error').waitFor();
    expect(await page.locator('.answer.error .text').textContent()).toBe('The queue is full.\n(429, full)');
    expect(await page.getByLabel('Message').inputValue()).toBe('five');
    expect(complaints.filter((text) => !text.includes('429'))).toEqual([]);
  });

  test('needs no scrolling sideways on a narrow screen', async () => {
    await page.setViewportSize({ width: 360, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await barriers(page)).toEqual([]);
  });

  test('shows payloads in a prompt and in an answer as the texts that they are', async () => {
    const said = PAYLOADS.join(' ').replaceAll('\0', '');
    const hostile = await fakeServer({ models: ['text'] }, { says: said });
    const other = createServer(getRequestListener(hostile.app.fetch)).listen(0, '127.0.0.1');
    await once(other, 'listening');
    await page.unrouteAll();
    complaints.length = 0;
    try {
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      await page.locator('#model option').first().waitFor({ state: 'attached' });
      await ask(said);
      expect(await page.locator('.question').textContent()).toBe(said);
      expect(await page.locator('.answer .text').textContent()).toBe(said);
      expect(await page.locator('main :is(img, script, iframe, svg, object, video, form)').count()).toBe(0);
      expect(complaints).toEqual([]);
    } finally {
      await page.goto('about:blank');
      other.closeAllConnections();
      other.close();
      await hostile.close();
    }
  });
});
