import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from 'playwright-core';
import { barriers } from './axe.ts';
import { startBrowser } from './start-browser.ts';

/** Whether a browser and the engine are available. */
export const isReady = process.env.ATTUNE_CHROMIUM !== undefined && existsSync('build/attune.node');

/** A separate studio with a browser that records forbidden scripts, requests and messages. */
export class OpenedStudio {
  readonly folder = mkdtempSync(join(tmpdir(), 'attune-studio-'));
  /** Console messages (including policy violations), errors, dialogs, and requests to other origins. */
  readonly complaints: string[] = [];
  browser!: Browser;
  page!: Page;
  url = '';
  #child: ChildProcess | undefined;

  static async open(prepare: (folder: string) => void = () => undefined): Promise<OpenedStudio> {
    const opened = new OpenedStudio();
    prepare(opened.folder);
    await opened.start();
    opened.browser = await startBrowser();
    opened.page = await opened.newPage();
    return opened;
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  /** Starts the studio; after a kill, at the same port. */
  async start(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const child = spawn(resolve('bin/attune'), ['studio', '--port', port, '--json'], {
      cwd: this.folder,
      env: { ...process.env, ATTUNE_HOME: join(this.folder, 'home') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      ({ url: this.url } = JSON.parse(line) as { url: string });
      return;
    }
    throw new Error('the studio has ended');
  }

  /** Processor time of the server so far; 0 where /proc is missing. */
  processorMs(): number {
    const path = `/proc/${this.#child!.pid}/stat`;
    if (!existsSync(path)) return 0;
    const fields = readFileSync(path, 'utf8').split(') ')[1].split(' ');
    // utime and stime, in hundredths of a second.
    return 10 * (Number(fields[11]) + Number(fields[12]));
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async newPage(): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width: 360, height: 780 } });
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.origin) && !request.url().startsWith('data:'))
        this.complaints.push(request.url());
    });
    return page;
  }

  /** Opens a screen by the parts of its address. */
  async goTo(...parts: string[]): Promise<void> {
    await this.page.goto(`${this.origin}/#/${parts.map(encodeURIComponent).join('/')}`);
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  isTooWide(): Promise<boolean> {
    return this.page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
  }

  /** Accessibility violations in the given themes, and whether the page is too wide for its window. */
  async faults(themes: readonly ('light' | 'dark')[] = ['light', 'dark']): Promise<string[]> {
    const found = (await this.isTooWide()) ? ['is too wide'] : [];
    for (const [i, colorScheme] of themes.entries()) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      found.push(...(await barriers(this.page, i === 0 ? 'everything' : 'colours')));
    }
    return found;
  }

  /** Complaints without network errors caused by a killed server. */
  get grave(): string[] {
    return this.complaints.filter((line) => !/ERR_CONNECTION|Failed to load resource/.test(line));
  }

  async close(): Promise<void> {
    await this.browser?.close();
    this.#child?.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A CSV table whose column `late` follows from two others; trees learn it in a second, and nothing is downloaded. */
export function parcels(): string {
  const rows = Array.from({ length: 240 }, (_, i) => {
    const [weight, distance] = [(i * 37) % 50, ((i * 7) % 23) * 35];
    return `${weight},${distance},${['road', 'air', 'sea'][i % 3]},${weight > 30 && distance > 300 ? 'late' : 'in time'}`;
  });
  return ['weight,distance,carrier,late', ...rows].join('\n');
}
