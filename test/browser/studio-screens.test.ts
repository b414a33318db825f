// Every screen in every state, theme and width fits and is accessible. ATTUNE_SCREENSHOTS=FOLDER saves pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/base/events.ts';
import { RunFolder } from '../../src/store/run-folder.ts';
import { evaluated, HOSTILE, recipe, sampled, stepFinished, writeSampleRun } from '../unit/jobs/report/sample-run.ts';
import { barriers } from './axe.ts';
import { isReady, OpenedStudio, parcels } from './open-studio.ts';
import { answerCalls, FILLED, type State } from './studio-states.ts';

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [360, 768, 1440];
const { ATTUNE_SCREENSHOTS: pictures } = process.env;

describe.skipIf(!isReady)('screens of the studio', () => {
  let studio: OpenedStudio;
  let page: Page;
  let running: RunFolder;
  const run = (name: string) => join(studio.folder, 'runs', name);

  beforeAll(async () => {
    studio = await OpenedStudio.open((folder) => {
      writeFileSync(join(folder, 'parcels.csv'), parcels());
      const data = { train: 'parcels.csv', columns: { text: ['weight', 'carrier'], label: 'late' } };
      writeFileSync(
        join(folder, 'parcels.json'),
        JSON.stringify({ model: 'tfidf', data, objective: 'classification' }),
      );
      for (const name of ['done', 'going', 'failed', 'waiting'])
        mkdirSync(join(folder, 'runs', name), { recursive: true });
      writeSampleRun(join(folder, 'runs/done'));
      running = startedRun(join(folder, 'runs/going'));
      for (let step = 1; step <= 12; step++)
        running.record({ ...stepFinished(step, 40, 1 + 2 / step), secondsLeft: 65 } as RunEvent);
      running.record(evaluated(12, 1, true));
      for (const step of [0, 12]) running.record(sampled(step, `${step} ${HOSTILE}`));
      const failed = startedRun(join(folder, 'runs/failed'));
      const error = { code: 'E_MEMORY', what: 'The step does not fit into memory', fix: 'use a shorter max_length' };
      failed.record({ type: 'run-failed', step: 0, error } as RunEvent);
      failed.close();
    });
    ({ page } = studio);
    await page.goto(studio.url);
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });
  afterAll(async () => {
    running?.close();
    await studio?.close();
  });

  const look = async (name: string): Promise<string[]> => {
    const found: string[] = [];
    // Opens all collapsed parts.
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    for (const [i, theme] of THEMES.entries()) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      // Themes differ only in colours: widths and contents are checked in one of them.
      for (const width of i === 0 || pictures !== undefined ? WIDTHS : []) {
        await page.setViewportSize({ width, height: 900 });
        if (await studio.isTooWide()) found.push(`${name} is too wide at ${width}`);
        if (pictures !== undefined)
          await page.screenshot({ path: join(pictures, `${name}-${theme}-${width}.png`), fullPage: true });
      }
      await page.setViewportSize({ width: WIDTHS[0], height: 900 });
      const inTheWay = await barriers(page, i === 0 ? 'everything' : 'colours');
      found.push(...inTheWay.map((one) => `${name} ${theme}: ${one}`));
    }
    return found;
  };

  const SCREENS: Record<string, (folder: (name: string) => string) => string[]> = {
    home: () => [''],
    data: () => ['data', 'parcels.csv'],
    plan: () => ['plan', 'parcels.json'],
    compare: (folder) => ['compare', folder('done'), folder('going')],
    review: (folder) => ['review', folder('done')],
    serving: () => ['served'],
    deploy: (folder) => ['deploy', folder('done')],
    monitor: () => ['monitor'],
    actions: () => ['actions'],
    action: () => ['actions', 'train'],
  };

  for (const state of ['own', 'running', 'failed', 'filled'] as const satisfies State[])
    test(`in the state ${state}`, { timeout: 400_000 }, async () => {
      const found: string[] = [];
      await answerCalls(page, state, FILLED);
      for (const [name, place] of Object.entries(SCREENS)) {
        await page.goto('about:blank');
        await studio.goTo(...place(run));
        await page.locator('h1').waitFor();
        if (name === 'action') await studio.button('Run').click();
        if (name === 'monitor' && state === 'filled') await openMonitor(page);
        await page.waitForLoadState('networkidle').catch(() => undefined);
        const hasAlert = (await page.getByRole('alert').count()) > 0;
        if (state === 'running' && hasAlert) found.push(`${name} has failed`);
        if (state === 'failed' && ['home', 'data', 'plan', 'action', 'deploy', 'monitor'].includes(name))
          await page.getByRole('alert').first().waitFor();
        found.push(...(await look(`${name}-${state}`)));
      }
      await answerCalls(page, 'own', FILLED);
      expect(found).toEqual([]);
    });

  test('of a run that goes on, has ended, and has failed', { timeout: 200_000 }, async () => {
    for (const [name, text] of Object.entries({ going: 'Step 12 of 40', done: 'Try it', failed: 'does not fit' })) {
      await page.goto('about:blank');
      await studio.goTo('run', run(name));
      await page.getByText(text).first().waitFor();
      expect(await look(`run-${name}`)).toEqual([]);
    }
  });

  test('of a browser that is not signed in, and of an address that leads nowhere', async () => {
    await studio.goTo('nowhere');
    await page.getByRole('heading', { name: 'This page does not exist' }).waitFor();
    expect(await look('nowhere')).toEqual([]);
    const stranger = await studio.newPage();
    await stranger.goto(studio.url);
    await stranger.getByRole('heading', { name: 'This browser is not signed in' }).waitFor();
    for (const [i, colorScheme] of THEMES.entries()) {
      await stranger.emulateMedia({ colorScheme });
      expect(await barriers(stranger, i === 0 ? 'everything' : 'colours')).toEqual([]);
    }
    await stranger.close();
  });

  test('break no policy, run nothing of what runs hold, and load nothing from elsewhere', async () => {
    expect(await page.evaluate('window.broken')).toBe(undefined);
    expect(studio.grave).toEqual([]);
  });
});

/** A run in progress, owned by this process. */
function startedRun(folder: string): RunFolder {
  const run = new RunFolder(folder);
  run.record({ type: 'run-started', run: folder, folder, base: '', recipe, identity: {} } as RunEvent);
  run.record({ type: 'phase-started', phase: 'train', message: 'training' });
  return run;
}

/** Opens an alarm's examples and a loop. */
async function openMonitor(page: Page): Promise<void> {
  await page.getByRole('button', { name: '2 examples' }).click();
  await page.getByLabel('Plan of a loop').fill('support.yaml');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('Held back: 1 row').waitFor();
}
