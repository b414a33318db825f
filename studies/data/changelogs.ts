/** Changelogs of Debian packages: entries with their authors. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { shuffled } from '../../src/base/random.ts';
import { readCatalogue } from '../../src/app/quickstart/tasks/debian-descriptions.ts';
import { fetchDebianTrees } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { fetchDebianIndex } from '../../src/app/quickstart/tasks/sources/debian-index.ts';
import type { Setting } from '../example.ts';

export const CHANGELOG_ORIGIN =
  "Debian's changelogs (/usr/share/doc/*/changelog.Debian.gz of the installed packages, more " +
  "downloaded by apt-get where they are too few; each under its package's licence)";

/** One item of an entry. */
export interface ChangelogRow {
  author: string;
  source: string;
  section: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Package, version, distribution, and up to three items before this one. */
  prompt: string;
  completion: string;
}

const DOCS = '/usr/share/doc';
const FILE = 'changelog.Debian.gz';
/** Packages to download at a time, and in total. */
const [BATCH, MOST] = [25, 400];
const SEED = 1;
const ITEMS_BEFORE = 3;
const LONGEST = 160;

/** Rows of installed packages, and of downloaded ones until `isEnough`. */
export async function fetchChangelogs(
  setting: Setting,
  isEnough: (rows: readonly ChangelogRow[]) => boolean,
): Promise<ChangelogRow[]> {
  const apt = join(setting.folder, 'apt');
  const catalogue = await readCatalogue(await fetchDebianIndex(apt, ['en'], setting));
  const files = readdirSync(DOCS).map((name) => ({ name, path: join(DOCS, name, FILE) }));
  const known = files.filter(({ path }) => existsSync(path));
  const sectionOf = (name: string): string => catalogue.get(name)?.section.split('/').at(-1) ?? 'unknown';
  let rows = rowsOf(known, sectionOf);
  const sources = new Set(known.map(({ name }) => catalogue.get(name)?.source));
  const others = [...catalogue.values()].filter(({ source, name }) => name === source && !sources.has(source));
  const queue = shuffled(others, [SEED, 'packages']).slice(0, MOST);
  const to = join(setting.folder, 'changelogs');
  for (let at = 0; !isEnough(rows) && at < queue.length; at += BATCH) {
    const packageNames = queue.slice(at, at + BATCH).map(({ name }) => name);
    setting.log(`downloading ${packageNames.length} packages for their changelogs`);
    const missing = packageNames.filter((name) => !existsSync(join(to, name)));
    await fetchDebianTrees(apt, { packageNames: missing, to, wants: (path) => path.endsWith(FILE) }, setting);
    for (const name of packageNames) known.push({ name, path: join(to, name, DOCS, name, FILE) });
    rows = rowsOf(
      known.filter(({ path }) => existsSync(path)),
      sectionOf,
    );
  }
  return rows;
}

/** Items of all entries, once each: packages of one source share their changelog. */
function rowsOf(files: readonly { name: string; path: string }[], sectionOf: (name: string) => string): ChangelogRow[] {
  const seen = new Set<string>();
  return files.flatMap(({ name, path }) =>
    entriesOf(gunzipSync(readFileSync(path)).toString('utf8')).flatMap((entry) => {
      const key = `${entry.source} ${entry.version}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return itemRows(entry, sectionOf(name));
    }),
  );
}

interface Entry {
  source: string;
  version: string;
  distribution: string;
  items: string[];
  author: string;
  at: number;
}

const ENTRY = /^(\S+) \(([^)]+)\) ([^;]+);[^\n]*\n([\s\S]*?)\n -- ([^<\n]+) <[^>]*> {2}(.*)$/gm;

export function entriesOf(text: string): Entry[] {
  return [...text.matchAll(ENTRY)].map(([, source, version, distribution, body, author, date]) => ({
    source,
    version,
    distribution,
    items: itemsOf(body),
    author: author.trim(),
    at: Date.parse(date),
  }));
}

/** Items begin with an asterisk; their further lines are joined. */
function itemsOf(body: string): string[] {
  const items: string[] = [];
  for (const line of body.split('\n')) {
    const [, begun] = /^\s*\* (.*)$/.exec(line) ?? [];
    if (begun !== undefined) items.push(begun.trim());
    else if (items.length > 0 && line.trim() !== '') items.push(`${items.pop()!} ${line.trim()}`);
  }
  return items.map((item) => item.slice(0, LONGEST));
}

function itemRows({ source, version, distribution, items, author, at }: Entry, section: string): ChangelogRow[] {
  return items.map((item, i) => {
    const before = items.slice(Math.max(0, i - ITEMS_BEFORE), i).map((one) => `  * ${one}\n`);
    const prompt = `${source} (${version}) ${distribution}\n${before.join('')}  *`;
    return { author, source, section, at, prompt, completion: ` ${item}\n` };
  });
}
