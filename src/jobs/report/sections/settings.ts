import type { SettingSource } from '../../../base/events.ts';
import { dataTable } from '../data-table.ts';
import { html, type Html } from '../html.ts';
import type { RunReport } from '../run-report.ts';

/** The resolved recipe and the other parts of the run's identity. */
export function settingsSection(report: RunReport): Html | undefined {
  const { recipe, recipeHash, identity } = report;
  if (recipe === undefined) return undefined;
  const entries = Object.entries(withSettled(recipe as Record<string, unknown>, report));
  const plain = entries.filter(([, value]) => !isGroup(value));
  const groups = entries.flatMap(([name, value]) => (isGroup(value) ? [{ name, settings: flatten(value) }] : []));
  const general = { name: 'general', settings: plain.map(([name, value]) => [name, shown(value)] as const) };
  const machine = {
    name: 'identity',
    settings: Object.entries(identity).map(([name, value]) => [name, String(value)] as const),
  };
  const all = [general, ...groups, machine].filter(({ settings }) => settings.length > 0);
  return html`<section>
    <h2>Settings</h2>
    <p class="soft">Every setting as it was used, defaults included.</p>
    <p class="soft small hash">SHA-256 of recipe.json: <code>${recipeHash}</code></p>
    <div class="settings small">${all.map(({ name, settings }) => settingsTable(name, settings))}</div>
    <details>
      <summary>recipe.json</summary>
      <pre tabindex="0">${JSON.stringify(recipe, null, 2)}</pre>
    </details>
  </section>`;
}

const ORIGINS: Record<SettingSource, string> = {
  recipe: '',
  base: '(suits the base)',
  trials: '(from trials)',
  pending: '(from trials)',
};

/** The recipe with the settings that the run chose, marked as such. */
function withSettled(recipe: Record<string, unknown>, report: RunReport): Record<string, unknown> {
  const { settled, rateTrials } = report;
  if (settled === undefined || !isGroup(recipe.training)) return recipe;
  const values = { ...settled, learning_rate: rateTrials?.chosen ?? settled.learning_rate };
  const decided = Object.entries(settled.sources)
    .filter(([, source]) => source !== 'recipe')
    .map(([name, source]) => [name, `${values[name as keyof typeof settled.sources]} ${ORIGINS[source]}`.trim()]);
  return { ...recipe, training: { ...recipe.training, ...Object.fromEntries(decided) } };
}

type Setting = readonly [name: string, value: string];

function settingsTable(name: string, settings: readonly Setting[]): Html {
  return html`<div>
    <h3>${name}</h3>
    ${dataTable(['', ''], settings)}
  </div>`;
}

/** Flattens a group to dotted paths. */
function flatten(group: Record<string, unknown>, prefix = ''): Setting[] {
  return Object.entries(group).flatMap(([name, value]) => {
    const path = `${prefix}${name}`;
    return isGroup(value) ? flatten(value, `${path}.`) : [[path, shown(value)] as const];
  });
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(item).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An entry of a list; for an object its set keys, or only the value if there is a single key. */
function item(value: unknown): string {
  if (!isGroup(value)) return shown(value);
  const set = Object.entries(value).filter(([, part]) => part !== null && part !== undefined);
  return set.map(([key, part]) => (set.length === 1 ? shown(part) : `${key} ${shown(part)}`)).join(' ');
}
