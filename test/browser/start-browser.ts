import { chromium, type Browser } from 'playwright-core';

/** Starts the browser at ATTUNE_CHROMIUM. Without a GPU, emulating one is slower than drawing in software. */
export function startBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
  return chromium.launch({ executablePath: process.env.ATTUNE_CHROMIUM, args });
}
