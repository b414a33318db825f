import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeServer, type FakeServer } from '../unit/serve/fake-models.ts';

describe.skipIf(process.env.ATTUNE_CHROMIUM === undefined)('the page of a server', () => {
  let browser: Browser;
  let page: Page;
  let server: FakeServer;
  let listening: Server;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await fakeServer({}, { says: '<img src=x onerror=alert(1)> hello', pause: 20 });
    listening = createServer(getRequestListener(server.app.fetch)).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const args = ['--no-sandbox', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: process.env.ATTUNE_CHROMIUM, args });
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void complaints.push(dialog.message()));
    await page.goto(`http://127.0.0.1:${(listening.address() as AddressInfo).port}/`);
  });
  afterAll(async () => {
    await browser?.close();
    listening?.close();
    await server?.close();
  });

  test('asks a model in a conversation, and shows its words as text', async () => {
    await page.locator('#model option').first().waitFor({ state: 'attached' });
    expect(await page.locator('#model option').allTextContents()).toEqual(['text']);
    for (const question of ['one', 'two']) {
      await page.getByLabel('Message').fill(question);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'visible' });
      await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
    }
    const said = '<img src=x onerror=alert(1)> hello';
    expect(await page.locator('#said li').allTextContents()).toEqual(['one', said, 'two', said]);
    const [prompt] = server.state.asked.at(-1)!.prompts as { messages: { role: string; content: string }[] }[];
    expect(prompt.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'one'],
      ['assistant', said],
      ['user', 'two'],
    ]);
  });

  test('shows what the server refuses, and nothing was complained about', async () => {
    await page.getByLabel('Temperature').fill('9');
    await page.getByLabel('Message').fill('three');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#said .error').waitFor();
    expect(await page.locator('#said .error').textContent()).toContain('temperature must be at most 2');
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });
});
