import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './axe.ts';

const ATTACK = '<img src=x onerror=alert(1)>';
const isReady = process.env.ATTUNE_CHROMIUM !== undefined && existsSync('build/attune.node');

/** A table whose `late` follows from two of its columns; trees learn it in a second, and nothing is fetched. */
function parcels(): string {
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [weight, distance] = [(i * 37) % 50, ((i * 7) % 23) * 35];
    return `${weight},${distance},${['road', 'air', 'sea'][i % 3]},${weight > 30 && distance > 300 ? 'late' : 'in time'}`;
  });
  return ['weight,distance,carrier,late', ...rows].join('\n');
}

describe.skipIf(!isReady)('the studio in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  let studio: { url: string; child: ChildProcess };
  const complaints: string[] = [];

  const open = async (port = 0) => {
    const child = spawn(resolve('bin/attune'), ['studio', '--port', String(port), '--json'], {
      cwd: folder,
      env: { ...process.env, ATTUNE_HOME: join(folder, 'home') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const { url } = JSON.parse(line) as { url: string };
      return { url, child };
    }
    throw new Error('the studio has ended');
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-studio-'));
    writeFileSync(join(folder, 'parcels.csv'), parcels());
    writeFileSync(join(folder, `${ATTACK}.csv`), `${ATTACK},label\n${`${ATTACK} a,yes\n${ATTACK} b,no\n`.repeat(20)}`);
    studio = await open();
    const args = ['--no-sandbox', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: process.env.ATTUNE_CHROMIUM, args });
    page = await browser.newPage({ viewport: { width: 360, height: 780 } });
    page.setDefaultTimeout(100_000);
    // A policy that was broken is said on the console.
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => void complaints.push(`dialog: ${dialog.message()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(studio.url).origin)) complaints.push(request.url());
    });
  });

  afterAll(async () => {
    await browser?.close();
    studio?.child.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const isTooWide = () => page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  const isSound = async () => {
    expect(await isTooWide()).toBe(false);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await barriers(page)).toEqual([]);
    }
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });

  test('begins empty, and forgets the token in its address', async () => {
    await page.goto(studio.url);
    await page.getByText('None yet').waitFor();
    expect(page.url()).not.toContain('token');
    await isSound();
  });

  test('shows names and cells as the texts that they are', async () => {
    await page.locator('input[type=file]').setInputFiles(join(folder, `${ATTACK}.csv`));
    await page
      .getByRole('cell', { name: `${ATTACK} a` })
      .first()
      .waitFor();
    expect(await page.getByLabel(`Column ${ATTACK}`).count()).toBe(1);
    expect(await page.locator('img').count()).toBe(0);
    await isSound();
  });

  test('leads from a table to a verdict, an answer and a server, in seven clicks', { timeout: 300_000 }, async () => {
    await page.getByRole('link', { name: 'Home' }).click();
    await page.locator('input[type=file]').setInputFiles(join(folder, 'parcels.csv'));
    await page.getByLabel('Column late').selectOption('is learnt');
    // It was the suggestion; another choice leaves it out until it is said to be read.
    expect(await page.getByLabel('Column distance').inputValue()).toBe('leave');
    await page.getByLabel('Column distance').selectOption('is read');
    await isSound();
    await button('Continue').click();
    await page.getByRole('heading', { name: 'Plan' }).waitFor();
    await page.getByText('rows to train on').waitFor();
    await isSound();
    await button('Train').click();
    await page.locator('.verdict').waitFor();
    await isSound();
    for (const [name, value] of Object.entries({ weight: '45', distance: '700', carrier: 'road' }))
      await page.getByLabel(name, { exact: true }).fill(value);
    await button('Ask both').click();
    await page.locator('.headline', { hasText: 'late' }).first().waitFor();
    await button('Serve it').click();
    const code = await page.locator('pre', { hasText: 'curl http' }).textContent();
    const [, url] = /(http:\S+)/.exec(code ?? '')!;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'parcels-trees', input: { weight: 45, distance: 700, carrier: 'road' } }),
    });
    expect(await response.json()).toMatchObject({ data: [{ label: 'late' }] });
    await isSound();
  });

  test('goes on where it was after its server was killed', async () => {
    studio.child.kill('SIGKILL');
    studio = await open(Number(new URL(studio.url).port));
    await page.reload();
    await page.locator('.verdict').waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    expect(await page.getByRole('link', { name: 'parcels-trees' }).getAttribute('href')).toContain('parcels-trees');
    await isSound();
  });

  test('offers every use case as a form, and shows an error whole', async () => {
    await page.getByRole('link', { name: 'All actions' }).click();
    await page.getByLabel('Search').fill('inspect');
    await isSound();
    await page.getByRole('link', { name: 'data inspect' }).click();
    await page.getByLabel('Path').fill('gone.csv');
    await button('Run').click();
    await page.getByRole('alert').getByText('gone.csv').first().waitFor();
    await page.getByLabel('Path').fill('parcels.yaml');
    await button('Run').click();
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await isSound();
  });

  test('runs no script but its own and asks no other origin', () => {
    // The network tells of the server that was killed.
    expect(complaints.filter((line) => !/ERR_CONNECTION|Failed to load resource/.test(line))).toEqual([]);
  });
});
