/**
 * The folders in AGENTS.md against the disk: each room, each package and each folder in tools has a line there.
 *
 *   node tools/check/tree.ts           lists missing and stale lines
 *   node tools/check/tree.ts --write   adds lines for new folders, without a phrase yet, and removes stale ones
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check } from './check.ts';
import { listFiles } from './source-files.ts';

/** Folders whose subfolders are listed. Deeper folders are described in the README of the room or package. */
const LISTED: readonly string[] = ['native', 'packages', 'src', 'tools'];
const BEGIN = '<!-- tree: rooms, packages, native and tools; node tools/check/tree.ts --write adds what is missing -->';
const END = '<!-- end of the tree -->';
const NAME_WIDTH = 26;

export const tree: Check = {
  name: 'tree',
  run(root) {
    const listed = readTree(readAgents(root));
    const folders = foldersOf(root);
    const missing = folders.filter((folder) => !listed.has(folder));
    const stale = [...listed.keys()].filter((folder) => !folders.includes(folder));
    const bare = folders.filter((folder) => listed.get(folder) === '');
    const problems = [
      ...missing.map((folder) => `AGENTS.md's tree lacks ${folder}`),
      ...stale.map((folder) => `AGENTS.md's tree lists ${folder}, which is gone`),
      ...bare.map((folder) => `AGENTS.md's tree says nothing about ${folder}`),
    ];
    if (problems.length > 0)
      problems.push('node tools/check/tree.ts --write mends the first two; write the phrases yourself');
    return problems;
  },
};

/** Every folder with files in or below it, sorted, with a slash at the end. */
function foldersOf(root: string): string[] {
  const found = new Set<string>();
  for (const file of listFiles(root, LISTED)) {
    const [first, second] = dirname(file).split('/');
    found.add(`${first}/`);
    if (second !== undefined) found.add(`${first}/${second}/`);
  }
  found.delete('src/');
  return [...found].toSorted();
}

function readAgents(root: string): string {
  const file = join(root, 'AGENTS.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Folder → phrase. */
export function readTree(text: string): Map<string, string> {
  const listed = new Map<string, string>();
  const body = text.split(BEGIN)[1]?.split(END)[0] ?? '';
  for (const line of body.split('\n')) {
    const [, folder, phrase] = /^(\S+\/)\s*(.*)$/.exec(line) ?? [];
    if (folder !== undefined) listed.set(folder, phrase.trim());
  }
  return listed;
}

/** AGENTS.md with a tree that matches the disk; existing phrases stay. */
export function writeTree(root: string): string {
  const text = readAgents(root);
  const listed = readTree(text);
  const lines = foldersOf(root).map((folder) => `${folder.padEnd(NAME_WIDTH)}  ${listed.get(folder) ?? ''}`.trimEnd());
  const section = `${BEGIN}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n${END}`;
  if (!text.includes(BEGIN)) return `${text === '' ? '# attune for agents\n' : text}\n## The tree\n\n${section}\n`;
  return `${text.split(BEGIN)[0]}${section}${text.split(END)[1] ?? '\n'}`;
}

if (import.meta.main) {
  const root = process.cwd();
  if (process.argv.includes('--write')) writeFileSync(join(root, 'AGENTS.md'), writeTree(root));
  const problems = await tree.run(root);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
