import { chromium, type Browser } from 'playwright-core';

/** The browser under ATTUNE_CHROMIUM. Without a card to draw on, emulating one takes longer than drawing pages by itself. */
export function startBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-gpu'];
  return chromium.launch({ executablePath: process.env.ATTUNE_CHROMIUM, args });
}
