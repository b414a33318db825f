import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { barriers } from './axe.ts';
import { bufferingProxy } from './buffering-proxy.ts';
import { isReady, OpenedStudio, parcels } from './open-studio.ts';
import { PAYLOADS } from './payloads.ts';

const ATTACK = '<img src=x onerror=alert(1)>';

/** Runs a command that a page shows. */
async function inShell(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command]);
  return stdout;
}

describe.skipIf(!isReady)('the studio in a browser', () => {
  let studio: OpenedStudio;
  let page: Page;
  const isSound = async () => expect(await studio.faults()).toEqual([]);
  const button = (name: string) => studio.button(name);

  beforeAll(async () => {
    studio = await OpenedStudio.open((folder) => {
      writeFileSync(join(folder, 'parcels.csv'), parcels());
      const cells = PAYLOADS.map((payload) => `"${payload.replaceAll('"', '""').replaceAll('\0', '')}"`);
      const attacks = cells.map((cell, i) => `${cell},${cells[i % 2]},${ATTACK} ${i % 5}`);
      writeFileSync(join(folder, `${ATTACK}.csv`), [`${ATTACK},${cells[7]},label`, ...attacks].join('\n'));
    });
    ({ page } = studio);
  });
  afterAll(() => studio?.close());

  test('begins empty, and forgets the token in its address', async () => {
    await page.goto(studio.url);
    await page.getByText('None yet').waitFor();
    expect(page.url()).not.toContain('token');
    await isSound();
  });

  test('shows names and cells as the texts that they are', async () => {
    await page.getByLabel('Choose a file').setInputFiles(join(studio.folder, `${ATTACK}.csv`));
    await page.getByRole('cell', { name: PAYLOADS[0], exact: true }).first().waitFor();
    expect(await page.getByLabel(`Column ${ATTACK}`).count()).toBe(1);
    await page.getByText('40 rows', { exact: true }).waitFor();
    // All payloads are among the values.
    await page.getByLabel('Values of').selectOption(ATTACK);
    for (const payload of PAYLOADS.slice(0, 20))
      await page.locator('.bars .label', { hasText: payload.trim() }).first().waitFor();
    await page.getByLabel('Search', { exact: true }).fill('{{constructor');
    await page.getByRole('status').getByText('1 row', { exact: true }).waitFor();
    expect(await page.locator('main img, main script, main iframe, main svg, main object').count()).toBe(0);
    await isSound();
  });

  test('leads from a file to a version that answers curl, in twelve clicks', { timeout: 300_000 }, async () => {
    let clicks = 0;
    const click = async (name: string) => {
      clicks++;
      await button(name).click();
    };
    await studio.goTo('');
    // Choosing a file and a column's role count as clicks.
    clicks++;
    await page.getByLabel('Choose a file').setInputFiles(join(studio.folder, 'parcels.csv'));
    clicks++;
    await page.getByLabel('Column late').selectOption('is learnt');
    // `late` was the suggested target; after another choice, `distance` is left out until it is selected.
    expect(await page.getByLabel('Column distance').inputValue()).toBe('leave');
    clicks++;
    await page.getByLabel('Column distance').selectOption('is read');
    await isSound();
    await click('Continue');
    await page.getByRole('heading', { name: 'Plan' }).waitFor();
    await page.getByText('rows to train on').waitFor();
    await isSound();
    await click('Train');
    await page.locator('.verdict').waitFor();
    await isSound();
    for (const [name, value] of Object.entries({ weight: '45', distance: '700', carrier: 'road' }))
      await page.getByLabel(name, { exact: true }).fill(value);
    await click('Ask both');
    await page.locator('.headline', { hasText: 'late' }).first().waitFor();
    clicks++;
    await page.getByRole('link', { name: 'Deploy it' }).click();
    await click('Register');
    await page.getByText('Version 1 is registered and waits.').waitFor();
    await isSound();
    await click('Promote version 1');
    // 24 test rows are too few for the gate.
    await page.getByLabel('Force').fill('tried by hand');
    await click('Promote');
    await page.getByText('Version 1 answers.').waitFor();
    await click('Serve it');
    const code = await page.locator('pre', { hasText: 'curl http' }).textContent();
    // Replaces the row in the code example, which is a held-out one.
    const asked = code!.replace(/"input":\{[^}]*\}/, '"input":{"weight":45,"distance":700,"carrier":"road"}');
    expect(asked).not.toBe(code);
    expect(JSON.parse(await inShell(asked))).toMatchObject({ data: [{ label: 'late' }] });
    expect(JSON.parse(await inShell(code!))).toMatchObject({ data: [{ label: expect.any(String) }] });
    expect(clicks).toBeLessThanOrEqual(12);
    await isSound();
  });

  test('counts values, leads from each number to its rows, and saves changed rows as a copy', async () => {
    await page.goto(`${studio.origin}/#/data/parcels.csv`);
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
    // Edits all rows at once.
    await page.getByLabel('to', { exact: true }).fill('delayed');
    await page.getByRole('button', { name: /^Change \d+ rows$/ }).click();
    await page.getByText('Rows with late: late: late = delayed').waitFor();
    await late.click();
    await page.getByRole('button', { name: '3', exact: true }).click();
    await page.getByRole('form', { name: 'Row 3' }).getByLabel('carrier').fill('rail');
    await button('Keep the change').click();
    await page.getByRole('button', { name: '2', exact: true }).click();
    await button('Leave the row out').click();
    await isSound();
    await button('Save a copy with 3 changes').click();
    await page.getByText('239 rows', { exact: true }).waitFor();
    expect(page.url()).toContain('parcels-edited.jsonl');
    await page.getByRole('cell', { name: 'rail' }).first().waitFor();
    await page.getByLabel('Values of').selectOption('late');
    await page.locator('.bars .label', { hasText: 'delayed' }).waitFor();
  });

  test('counts personal data and people to their rows, and replaces them in a copy', async () => {
    const rows = ['Anna Berg wrote from anna.berg@example.com', 'Parcel 17 is late', 'She called 030 1234567'];
    writeFileSync(join(studio.folder, 'letters.csv'), ['text,label', ...rows.map((text) => `${text},x`)].join('\n'));
    await studio.goTo('data', 'letters.csv');
    await page.getByText('Personal data and people in the rows').click();
    await page.locator('.bars li', { hasText: 'email' }).getByRole('button', { name: '1 row' }).click();
    await page.getByRole('button', { name: 'email ✕' }).waitFor();
    await page.getByRole('cell', { name: rows[0] }).last().waitFor();
    await page.locator('.bars li', { hasText: 'gender: female' }).first().waitFor();
    await isSound();
    await button('Replace it in a copy').click();
    await page.getByRole('cell', { name: '[EMAIL_1]' }).first().waitFor();
    expect(page.url()).toContain('letters-redacted.jsonl');
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
      // From here on file choosers are intercepted; a listener added at the key press may be too late.
      page.on('filechooser', () => undefined);
      // Loads a new document: only a change of address moves the focus.
      await page.goto('about:blank');
      await studio.goTo('');
      await page.getByRole('heading', { name: 'Runs' }).waitFor();
      await reach('Choose a file');
      const chooser = page.waitForEvent('filechooser');
      await keyboard.press('Enter');
      await (await chooser).setFiles(join(studio.folder, 'parcels.csv'));
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
      const code = await page.locator('pre', { hasText: 'curl http' }).textContent();
      expect(JSON.parse(await inShell(code!))).toMatchObject({ data: [{ label: expect.any(String) }] });
      await reach('Stop serving');
      await keyboard.press('Enter');
      await expect.poll(() => page.getByText('Stopped.').isVisible()).toBe(true);
    },
  );

  test('lets nobody in by a link that was used', async () => {
    const stranger = await studio.browser.newContext();
    const other = await stranger.newPage();
    await other.goto(studio.url);
    await other.getByRole('heading', { name: 'This browser is not signed in' }).waitFor();
    expect(await other.getByRole('navigation').count()).toBe(0);
    expect(await barriers(other)).toEqual([]);
    await stranger.close();
  });

  test('goes on where it was after its server was killed', async () => {
    await studio.goTo('run', join(studio.folder, 'runs/parcels-trees'));
    await page.locator('.verdict').waitFor();
    studio.kill();
    await studio.start();
    await page.reload();
    await page.locator('.verdict').waitFor();
    await page.getByRole('link', { name: 'Home' }).click();
    expect(await page.getByRole('link', { name: 'parcels-trees', exact: true }).getAttribute('href')).toContain(
      'parcels-trees',
    );
    await isSound();
  });

  test('follows a run past a kill of its server, also through a proxy that holds back replies', async () => {
    const rows = Array.from({ length: 24 }, (_, i) => ({
      prompt: `Parcel ${i}?`,
      completion: ` It is in bay ${i % 4}.`,
    }));
    writeFileSync(join(studio.folder, 'bays.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const recipe = {
      model: 'attune-base',
      data: { train: 'bays.jsonl', validation: 0.2, test: 0.2 },
      training: { max_steps: 16, batch_size: 2 },
      output_dir: 'runs/bays',
    };
    writeFileSync(join(studio.folder, 'bays.yaml'), JSON.stringify(recipe));
    const events = join(studio.folder, 'runs/bays/events.jsonl');
    const happened = () => (existsSync(events) ? readFileSync(events, 'utf8') : '');
    await studio.goTo('plan', 'bays.yaml');
    await button('Train').click();
    await button('Save and stop').waitFor();
    await expect.poll(happened, { timeout: 60_000, interval: 20 }).toContain('"step-finished"');
    studio.kill();
    expect(happened()).not.toContain('"run-finished"');
    await studio.start();
    await page.reload();
    await using proxy = await bufferingProxy(studio.origin);
    const context = await studio.browser.newContext();
    await context.addCookies(await page.context().cookies());
    const other = await context.newPage();
    await other.goto(page.url().replace(studio.origin, proxy.origin));
    await other.locator('.verdict').waitFor();
    await page.locator('.verdict').waitFor();
    await context.close();
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
    expect(studio.grave).toEqual([]);
  });
});
