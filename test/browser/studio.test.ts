import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './axe.ts';
import { PAYLOADS } from './payloads.ts';

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
    const cells = PAYLOADS.map((payload) => `"${payload.replaceAll('"', '""').replaceAll('\0', '')}"`);
    const attacks = cells.map((cell, i) => `${cell},${cells[i % 2]},${ATTACK} ${i % 5}`);
    writeFileSync(join(folder, `${ATTACK}.csv`), [`${ATTACK},${cells[7]},label`, ...attacks].join('\n'));
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
    await page.getByLabel('Choose a file').setInputFiles(join(folder, `${ATTACK}.csv`));
    await page.getByRole('cell', { name: PAYLOADS[0], exact: true }).first().waitFor();
    expect(await page.getByLabel(`Column ${ATTACK}`).count()).toBe(1);
    await page.getByText('40 rows', { exact: true }).waitFor();
    // Every payload is in the list of values.
    await page.getByLabel('Values of').selectOption(ATTACK);
    for (const payload of PAYLOADS.slice(0, 20))
      await page.locator('.bars .label', { hasText: payload.trim() }).first().waitFor();
    await page.getByLabel('Search', { exact: true }).fill('{{constructor');
    await page.getByText('1 rows', { exact: true }).waitFor();
    expect(await page.locator('main img, main script, main iframe, main svg, main object').count()).toBe(0);
    await isSound();
  });

  test('leads from a table to a verdict, an answer and a server, in seven clicks', { timeout: 300_000 }, async () => {
    await page.getByRole('link', { name: 'Home' }).click();
    await page.getByLabel('Choose a file').setInputFiles(join(folder, 'parcels.csv'));
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

  test('counts values, leads from each number to its rows, and saves changed rows as a copy', async () => {
    await page.goto(`${new URL(studio.url).origin}/#/data/parcels.csv`);
    await page.getByText('240 rows', { exact: true }).waitFor();
    await page.getByLabel('Values of').selectOption('late');
    await page.locator('.bars li', { hasText: 'late' }).getByRole('button').click();
    const late = page.getByRole('button', { name: 'late: late ✕' });
    await late.waitFor();
    const counted = async () => {
      const text = await page.locator('section [role=status]').last().textContent();
      return Number(/^(\d+) rows$/.exec(text ?? '')?.[1]);
    };
    await expect.poll(counted).toBeLessThan(240);
    expect(await counted()).toBeGreaterThan(10);
    await late.click();
    await page.getByRole('button', { name: '3', exact: true }).click();
    await page.getByRole('form', { name: 'Row 3' }).getByLabel('carrier').fill('rail');
    await button('Keep the change').click();
    await page.getByRole('button', { name: '2', exact: true }).click();
    await button('Leave the row out').click();
    await isSound();
    await button('Save a copy with 2 changes').click();
    await page.getByText('239 rows', { exact: true }).waitFor();
    expect(page.url()).toContain('parcels-edited.jsonl');
    await page.getByRole('cell', { name: 'rail' }).first().waitFor();
  });

  test('has screens without barriers: comparison, review, deployment, monitoring; in a chosen theme and at every width', async () => {
    const { origin } = new URL(studio.url);
    const run = encodeURIComponent(join(folder, 'runs/parcels-trees'));
    for (const [place, heading] of Object.entries({
      [`compare/${run}`]: 'Compare runs',
      [`review/${run}`]: 'Review',
      [`deploy/${run}`]: 'Deploy',
      monitor: 'Models in use',
      served: 'Serving',
    })) {
      await page.goto(`${origin}/#/${place}`);
      await page.getByRole('heading', { name: heading, exact: true, level: 1 }).waitFor();
      await isSound();
    }
    await page.goto(`${origin}/#/compare/${run}`);
    await page.getByRole('rowheader', { name: 'Verdict' }).waitFor();
    await isSound();
    for (const width of [768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await isTooWide()).toBe(false);
    }
    await page.setViewportSize({ width: 360, height: 780 });
    const background = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.getByLabel('Colours').selectOption('dark');
    const dark = await background();
    await page.getByLabel('Colours').selectOption('light');
    expect(await background()).not.toBe(dark);
    await page.reload();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
    await page.getByLabel('Colours').selectOption('');
  });

  test(
    'does the same by keyboard alone, and replaces the recipe only where that is asked',
    { timeout: 300_000 },
    async () => {
      const { keyboard } = page;
      const nameOfFocused = `(() => {
      const { ariaLabel, labels, textContent } = document.activeElement;
      return (ariaLabel ?? labels?.[0]?.textContent ?? textContent).trim();
    })()`;
      const isFocused = async (name: string) => (await page.evaluate<string>(nameOfFocused)) === name;
      const reach = async (name: string) => {
        for (let pressed = 0; pressed < 150; pressed++) {
          if (await isFocused(name)) return;
          await keyboard.press('Tab');
        }
        throw new Error(`${name} is not reached`);
      };
      await page.goto(`${new URL(studio.url).origin}/#/`);
      await page.getByRole('heading', { name: 'Runs' }).waitFor();
      await reach('Choose a file');
      const chooser = page.waitForEvent('filechooser');
      await keyboard.press('Enter');
      await (await chooser).setFiles(join(folder, 'parcels.csv'));
      await page.getByLabel('Column late').waitFor();
      await reach('Column distance');
      await keyboard.type('is r');
      await reach('Column late');
      await keyboard.type('is l');
      await reach('Continue');
      await keyboard.press('Enter');
      await page.getByRole('alert').getByText('already exists').waitFor();
      await reach('Replace the recipe');
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Plan' }).waitFor();
      await reach('Train');
      await keyboard.press('Enter');
      await page.locator('.verdict').waitFor();
      await page.getByRole('heading', { name: 'Try it' }).waitFor();
      await reach('weight');
      await keyboard.type('45');
      await reach('Ask both');
      await keyboard.press('Enter');
      await page.locator('.headline').first().waitFor();
      await reach('Serve it');
      await keyboard.press('Enter');
      await page.locator('pre', { hasText: 'curl http' }).waitFor();
      await reach('Stop serving');
      await keyboard.press('Enter');
      await expect.poll(() => page.getByText('Stopped.').isVisible()).toBe(true);
    },
  );

  test('lets nobody in by a link that was used', async () => {
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    await other.goto(studio.url);
    await other.getByRole('heading', { name: 'This browser is not signed in' }).waitFor();
    expect(await other.getByRole('navigation').count()).toBe(0);
    expect(await barriers(other)).toEqual([]);
    await stranger.close();
  });

  test('goes on where it was after its server was killed', async () => {
    studio.child.kill('SIGKILL');
    studio = await open(Number(new URL(studio.url).port));
    await page.reload();
    await page.locator('.verdict').waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    expect(await page.getByRole('link', { name: 'parcels-trees', exact: true }).getAttribute('href')).toContain(
      'parcels-trees',
    );
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
