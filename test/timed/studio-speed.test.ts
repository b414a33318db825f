// The studio's page: its size, its first paint, and the cost of interactions with many rows and points.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recipe, stepFinished } from '../unit/jobs/report/sample-run.ts';
import { isReady, OpenedStudio } from '../browser/open-studio.ts';
import { trials } from '../sample.ts';

const ROWS = trials(100_000, 1_000_000);
const POINTS = 50_000;
const MOST_BYTES = 120_000;
const MOST_MS = 100;

function tell(figures: string): void {
  process.stderr.write(`${figures}\n`);
}

describe.skipIf(!isReady)('the page of the studio', () => {
  let studio: OpenedStudio;
  let page: Page;
  let devtools: CDPSession;

  beforeAll(async () => {
    studio = await OpenedStudio.open((folder) => {
      const rows = Array.from({ length: ROWS }, (_, i) => `text ${i},${i % 7 === 0 ? 'late' : 'in time'}`);
      writeFileSync(join(folder, 'rows.csv'), ['text,label', ...rows].join('\n'));
      mkdirSync(join(folder, 'runs/long'), { recursive: true });
      const steps = Array.from({ length: POINTS }, (_, i) => stepFinished(i + 1, POINTS, 1 + 1 / (i + 1)));
      const events = [
        { type: 'run-started', run: 'long', folder: join(folder, 'runs/long'), base: '', recipe, identity: {} },
        ...steps,
        { type: 'run-stopped', step: POINTS },
      ];
      const lines = events.map((event, at) => JSON.stringify({ at, ...event }));
      writeFileSync(join(folder, 'runs/long/events.jsonl'), `${lines.join('\n')}\n`);
    });
    ({ page } = studio);
    await page.setViewportSize({ width: 1440, height: 900 });
    devtools = await page.context().newCDPSession(page);
    // Processor time of the page's thread, so that other programs do not count.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  }, 120_000);
  afterAll(() => studio?.close());

  const busyMs = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration')!.value;
  };
  /** Processor time of page and server per interaction. */
  const costOf = async (interactions: readonly (() => Promise<void>)[]): Promise<number> => {
    const before = (await busyMs()) + studio.processorMs();
    for (const one of interactions) await one();
    return ((await busyMs()) + studio.processorMs() - before) / interactions.length;
  };

  test('loads at most 120 kB, compressed, and shows its first screen within a second of processor time', async () => {
    let bytes = 0;
    page.on('response', (response) => {
      if (/\.(js|css)$|\/$/.test(new URL(response.url()).pathname))
        void response.body().then((body) => (bytes += gzipSync(body).length));
    });
    await page.goto(studio.url);
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    const painted = await page.evaluate<number>(`new Promise((resolve) => new PerformanceObserver((list) =>
      resolve(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true }))`);
    const busy = await busyMs();
    tell(`first load: ${bytes} bytes; largest paint after ${painted.toFixed(0)} ms, ${busy.toFixed(0)} of them busy`);
    expect(bytes).toBeGreaterThan(20_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(busy).toBeLessThan(1000);
  });

  test(`follows a scroll through ${ROWS} rows at once`, { timeout: 600_000 }, async () => {
    await studio.goTo('data', 'rows.csv');
    await page.getByText(`${ROWS.toLocaleString('en')} rows`, { exact: true }).waitFor({ timeout: 500_000 });
    // Counting values and duplicates is separate work.
    await page
      .getByText(/^Count(ed|ing) /)
      .first()
      .waitFor({ state: 'hidden', timeout: 500_000 });
    const places = Array.from({ length: 10 }, (_, i) => (i + 1) / 11);
    const cost = await costOf(
      places.map((share) => async () => {
        await page.evaluate(`(() => { const box = document.querySelector('.virtual');
          box.scrollTop = ${share} * (box.scrollHeight - box.clientHeight); })()`);
        const row = Math.round(share * (ROWS - 12));
        await page
          .getByRole('cell', { name: new RegExp(`^text ${Math.floor(row / 1000)}\\d{3}$`) })
          .first()
          .waitFor();
      }),
    );
    tell(`a scroll through ${ROWS} rows: ${cost.toFixed(0)} ms of processor time`);
    expect(cost).toBeLessThan(MOST_MS);
  });

  test(`opens and closes tables, and points at curves of ${POINTS} steps at once`, async () => {
    await studio.goTo('run', join(studio.folder, 'runs/long'));
    const curve = page.getByRole('img', { name: 'Loss by step' }).first();
    await curve.waitFor();
    const table = page.getByText('The numbers').first();
    const { x, y, width, height } = (await curve.boundingBox())!;
    const cost = await costOf([
      ...Array.from({ length: 4 }, () => () => table.click()),
      ...Array.from({ length: 8 }, (_, i) => () => page.mouse.move(x + (width * (i + 1)) / 9, y + height / 2)),
    ]);
    tell(`an interaction with curves of ${POINTS} steps: ${cost.toFixed(0)} ms of processor time`);
    expect(cost).toBeLessThan(MOST_MS);
  });
});
