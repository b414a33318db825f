import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage } from '../../src/app/page/index.ts';
import type { OpenStudio } from '../../src/app/studio/studio.ts';
import { writeTinyModel } from '../system/cli-tiny-model.ts';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';

const isReady = process.env.ATTUNE_CHROMIUM !== undefined && existsSync('build/attune.node');

describe.skipIf(!isReady)('the page of a run', () => {
  let folder: string;
  let browser: Browser;
  let server: OpenStudio;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-live-page-'));
    const rows = Array.from({ length: 40 }, (_, i) => ({ prompt: `Parcel ${i}:`, completion: ` on its way to ${i}` }));
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    writeFileSync(join(folder, 'rows.jsonl'), text);
    await writeTinyModel(join(folder, 'model'), text);
    const settings = ['--model', 'model', '--train', 'rows.jsonl', '--max_steps', '3', '--output_dir', 'run'];
    const env = { ...process.env, ATTUNE_HOME: join(folder, 'home') };
    const { status, stderr } = spawnSync(resolve('bin/attune'), ['train', ...settings], { cwd: folder, env });
    if (status !== 0) throw new Error(String(stderr));
    server = await openPage(join(folder, 'run'));
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(server.url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const answer = (name: string) => page.locator(`[data-answer="${name}"]`);
  const remark = (name: string) => page.locator(`[data-remark="${name}"]`);
  const ask = async () => {
    const button = page.getByRole('button', { name: 'Ask both' });
    await button.click();
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden' });
  };

  test('is the report with a box that asks the tuned model and its base', async () => {
    await page.getByRole('heading', { name: 'Try it' }).waitFor();
    await page.getByLabel('Your input').fill('Parcel 7:');
    await page.getByLabel('at most').fill('8');
    await ask();
    for (const name of ['tuned', 'base']) {
      expect((await remark(name).textContent())?.trim()).toMatch(/stopped at the token limit|ended by itself|nothing/);
    }
    expect(((await answer('tuned').textContent()) ?? '').length).toBeGreaterThan(0);
    expect(await barriers(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('says what failed beside the model that failed', async () => {
    await page.getByLabel('Your input').fill('far too long '.repeat(300));
    await ask();
    for (const name of ['tuned', 'base'])
      expect(await remark(name).textContent()).toContain("failed: The prompt exceeds the model's context length");
    await page.getByLabel('Your input').fill('Parcel 7:');
    await ask();
    expect(await remark('tuned').textContent()).not.toContain('failed');
    expect(complaints).toEqual([]);
  });

  test('says that attune has gone, where it has', async () => {
    await server.close();
    await ask();
    await expect.poll(() => page.getByText('attune no longer answers').isVisible()).toBe(true);
  });
});
