// The form on a run's page for trying each kind of result, in a browser.
import { cpSync, existsSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { WaveFile } from '../wave-file.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPage } from '../../src/app/page/index.ts';
import type { OpenStudio } from '../../src/app/studio/studio.ts';
import { BadInputBench } from '../system/bad-input-bench.ts';
import { writeTinyBert } from '../system/cli-tiny-bert.ts';
import { writeTinyClip } from '../system/cli-tiny-clip.ts';
import { flatPng } from '../unit/app/embed/flat-png.ts';
import { startBrowser } from './start-browser.ts';

const isReady = process.env.ATTUNE_CHROMIUM !== undefined && existsSync('build/attune.node');
const topics = ['parcel', 'invoice', 'login', 'weather'];
const colours = { red: [230, 20, 20], green: [20, 220, 20], blue: [20, 20, 230] } as const;

let bench: BadInputBench;
let browser: Browser;
let server: OpenStudio | undefined;
let page: Page;
let complaints: string[];

/** Trains a tiny model; few of these tests depend on what it learns. */
function train(name: string, recipe: Readonly<Record<string, unknown>>): void {
  const { data, training, ...others } = recipe as Record<string, Record<string, unknown>>;
  bench.write(
    `${name}.json`,
    JSON.stringify({
      data: { validation: 0.2, test: 0.3, ...data },
      training: { learning_rate: 1e-2, precision: 'f32', ...training },
      evaluation: { every: 'never', baselines: 'none' },
      output_dir: name,
      ...others,
    }),
  );
  const { code, document, stderr } = bench.run(['train', `${name}.json`]);
  if (code !== 0) throw new Error(`${name}: ${JSON.stringify(document)} ${stderr}`);
}

async function open(name: string, { width = 900, colorScheme = 'light' as 'light' | 'dark' } = {}): Promise<void> {
  server = await openPage(bench.path(name));
  page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url);
}

async function ask(button: string): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'hidden', timeout: 60_000 });
  const failures = await page.locator('[data-remark]').allTextContents();
  expect(failures.filter((text) => text.includes('failed'))).toEqual([]);
}

const result = (name = 'tuned') => page.locator(`[data-result="${name}"]`);
const bars = (name = 'tuned') => result(name).locator('.bars li');

describe.skipIf(!isReady)('the box to try', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    // Runs models in the page's server: two workers per page would cost more than all answers.
    vi.stubEnv('ATTUNE_IN_PROCESS', '1');
    browser = await startBrowser();
    writeTinyBert(bench.path('bert'), [...topics, 'anna', 'rome', 'sees', 'question', 'answer', 'of', 'the']);
  });
  afterEach(async () => {
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
    await page.close();
    await server?.close();
    server = undefined;
  });
  afterAll(async () => {
    await browser?.close();
    vi.unstubAllEnvs();
    bench?.remove();
  });

  test('of a classifier has a field for each column of a row, and shows probabilities as bars', async () => {
    const rows = Array.from(
      { length: 80 },
      (_, i) => `${topics[i % 4]} ${i},text of ${topics[i % 4]},${topics[i % 4]}`,
    );
    bench.write('tickets.csv', ['subject,body,queue', ...rows].join('\n'));
    train('tickets', {
      model: 'bert',
      objective: 'classification',
      data: { train: 'tickets.csv', columns: { text: ['subject', 'body'], label: 'queue' } },
      training: { max_steps: 25 },
    });
    await open('tickets');
    await page.getByLabel('subject').fill('invoice 900');
    await page.getByLabel('body').fill('text of invoice');
    await page.keyboard.press('Control+Enter');
    await bars().first().waitFor({ timeout: 60_000 });
    expect(await result().locator('.headline').textContent()).toBe('invoice');
    expect(await bars().count()).toBe(4);
    expect(await bars().first().textContent()).toMatch(/^invoice\d+(\.\d+)? %$/);
    expect(await bars().first().getAttribute('class')).toBe('chosen');
    // The base has no trained head to compare with.
    expect(await result('base').count()).toBe(0);
    await page.getByLabel('subject').fill('');
    await page.getByLabel('body').fill('');
    await ask('Ask');
    expect(await page.getByText('a field is empty').isVisible()).toBe(true);
    complaints = complaints.filter((text) => !text.includes('400'));
  });

  test('of tags marks words in the text, and never reads it as HTML', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `anna B-PER\nsees O\nrome B-LOC\n${i} O\n`);
    bench.write('names.conll', lines.join('\n'));
    train('names', {
      model: 'bert',
      objective: 'token_classification',
      data: { train: 'names.conll' },
      training: { max_steps: 25 },
    });
    await open('names', { width: 360, colorScheme: 'dark' });
    await page.getByLabel('Your text').fill('anna sees rome 7');
    await ask('Ask');
    expect(await result().locator('mark').allTextContents()).toEqual(['annaPER', 'romeLOC']);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.getByLabel('Your text').fill('<img src=x onerror="window.broken=1"> anna');
    await ask('Ask');
    expect(await result().locator('img').count()).toBe(0);
    expect(await result().textContent()).toContain('window.broken=1">');
    expect(await page.evaluate('window.broken')).toBeUndefined();
  });

  test('of answers in texts takes a question and a text', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => {
      const context = `${'the '.repeat(i % 3)}anna of rome sees ${i}.`;
      return JSON.stringify({
        question: 'anna of?',
        context,
        answers: [{ text: 'rome', answer_start: context.indexOf('rome') }],
      });
    });
    bench.write('asked.jsonl', rows.join('\n'));
    train('asked', {
      model: 'bert',
      objective: 'question_answering',
      data: { train: 'asked.jsonl' },
      training: { max_steps: 40 },
    });
    await open('asked');
    await page.getByLabel('Your question').fill('anna of?');
    await page.getByLabel('The text to search for the answer').fill('the anna of rome sees 5.');
    await ask('Ask');
    expect(await result().locator('.headline').textContent()).toBe('rome');
    expect(await result().locator('mark').textContent()).toBe('romeanswer');
  });

  test('of images takes a file, shows it, and refuses one that is too large or none', async () => {
    cpSync('fixtures/models/vit', bench.path('vit'), { recursive: true });
    bench.write(
      'vit/preprocessor_config.json',
      JSON.stringify({ image_processor_type: 'ViTImageProcessor', size: 32 }),
    );
    for (const [name, colour] of Object.entries(colours))
      for (let i = 0; i < 16; i++)
        bench.write(`colours/${name}/${i}.png`, flatPng([colour[0] + i, colour[1], colour[2] - i]));
    train('images', {
      model: 'vit',
      objective: 'classification',
      data: { train: 'colours' },
      training: { max_steps: 12, learning_rate: 3e-3 },
    });
    await open('images');
    const file = page.getByLabel('An image');
    await file.setInputFiles({ name: '../../etc/passwd', mimeType: 'image/png', buffer: flatPng([230, 20, 20]) });
    await page.getByAltText('The chosen image').waitFor();
    await ask('Ask');
    expect(await bars().count()).toBe(3);
    await file.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no image') });
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText('failed:').waitFor();
    await file.setInputFiles({ name: 'b.png', mimeType: 'image/png', buffer: Buffer.alloc(9 * 2 ** 20) });
    expect(
      await file.evaluate((element) => (element as unknown as { validationMessage: string }).validationMessage),
    ).toContain('larger than 8 MB');
  });

  test('of recordings takes a file', async () => {
    cpSync('fixtures/models/wav2vec2', bench.path('hears'), { recursive: true });
    const processor = { feature_extractor_type: 'Wav2Vec2FeatureExtractor', sampling_rate: 4000, do_normalize: true };
    bench.write('hears/preprocessor_config.json', JSON.stringify(processor));
    const tone = (hertz: number) => {
      const made = new WaveFile();
      const samples = Int16Array.from({ length: 1200 }, (_, i) => 9000 * Math.sin((2 * Math.PI * hertz * i) / 4000));
      made.fromScratch(1, 4000, '16', samples as never);
      return Buffer.from(made.toBuffer());
    };
    for (let i = 0; i < 12; i++)
      for (const [name, hertz] of [
        ['low', 220],
        ['high', 900],
      ] as const)
        bench.write(`tones/${name}/${i}.wav`, tone(hertz + i));
    train('tones-run', {
      model: 'hears',
      objective: 'classification',
      data: { train: 'tones' },
      training: { max_steps: 3 },
    });
    await open('tones-run');
    await page.getByLabel('A recording').setInputFiles({ name: 'a.wav', mimeType: 'audio/wav', buffer: tone(220) });
    await ask('Ask');
    expect(await bars().count()).toBe(2);
  });

  test('of vectors compares two texts, and finds the nearest of held-out rows, tuned beside base', async () => {
    const rows = Array.from({ length: 50 }, (_, i) =>
      JSON.stringify({ anchor: `question of ${topics[i % 4]} ${i}`, positive: `answer ${topics[i % 4]} ${i}` }),
    );
    bench.write('pairs.jsonl', rows.join('\n'));
    train('pairs', {
      model: 'bert',
      evaluation: { every: 'never' },
      objective: 'contrastive',
      data: { train: 'pairs.jsonl' },
      training: { max_steps: 10 },
    });
    await open('pairs');
    await page.getByLabel('A text', { exact: true }).fill('answer login 3');
    await ask('Compare');
    expect(await bars().count()).toBeGreaterThan(3);
    expect(await bars('base').count()).toBe(await bars().count());
    await page.getByLabel('Another text').fill('answer login 3');
    await ask('Compare');
    expect(await bars().allTextContents()).toEqual(['answer login 31.000']);
  });

  test('of images and texts says which texts fit an image', async () => {
    writeTinyClip(bench.path('clip'), [...Object.keys(colours), 'a', 'photo']);
    const rows = Object.entries(colours).flatMap(([name, colour]) =>
      Array.from({ length: 12 }, (_, i) => {
        bench.write(`clip-${name}-${i}.png`, flatPng([colour[0], colour[1] + i, colour[2]]));
        return JSON.stringify({ image: `clip-${name}-${i}.png`, text: name });
      }),
    );
    bench.write('captions.jsonl', rows.join('\n'));
    train('captions', {
      model: 'clip',
      objective: 'image_text_contrastive',
      data: { train: 'captions.jsonl' },
      training: { max_steps: 5, learning_rate: 1e-3 },
    });
    await open('captions');
    await page
      .getByLabel('An image')
      .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: flatPng([20, 20, 230]) });
    await page.getByLabel('Texts, one per line').fill('red\nblue');
    await ask('Compare');
    expect([await bars().count(), await bars('base').count()]).toEqual([2, 2]);
  });

  test('of items recommends some', async () => {
    const lines = Array.from({ length: 40 }, (_, user) =>
      Array.from({ length: 5 }, (__, time) => `u${user},item ${(user + time) % 8},${time}`),
    );
    bench.write('chosen.csv', ['user,item,timestamp', ...lines.flat()].join('\n'));
    bench.run(['models', 'create', 'sasrec', '--data', 'chosen.csv', '--output', 'sasrec', '--width', '16']);
    train('shop', {
      model: 'sasrec',
      objective: 'next_item',
      tuning: 'full',
      data: { train: 'chosen.csv', validation: undefined, test: undefined },
      training: { max_steps: 20 },
    });
    await open('shop');
    await page.getByLabel(/Items chosen so far/).fill('item 2\nitem 3\nunheard of');
    await ask('Recommend');
    expect(await bars().count()).toBeGreaterThan(3);
    expect(await page.getByText('unknown to the model: unheard of').isVisible()).toBe(true);
  });
});
