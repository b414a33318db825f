import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

/** axe-core's script, evaluated from outside the page, so that the page's policy need not allow it. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  impact: string;
  help: string;
  nodes: readonly { target: readonly string[] }[];
}

/** Rules whose results depend on the theme; the others only depend on the page's content. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/**
 * Serious and critical violations that axe finds on the page as it is shown, one line each. `colours` for a page
 * already checked in another theme.
 */
export async function barriers(page: Page, of: 'everything' | 'colours' = 'everything'): Promise<string[]> {
  await page.evaluate(`window.axe === undefined && (() => { ${AXE} })()`);
  const options = { resultTypes: ['violations'], ...(of === 'colours' && { runOnly: COLOUR_RULES }) };
  const { violations } = await page.evaluate<{ violations: readonly Finding[] }>(`axe.run(${JSON.stringify(options)})`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
