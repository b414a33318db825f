/**
 * The tree in AGENTS.md against the disk: every file of src, native and tools stands there with a phrase, and nothing else.
 *
 *   node tools/check/tree.ts           lists what is missing or stale
 *   node tools/check/tree.ts --write   adds the missing lines, with the first sentence of each file's first comment, and drops stale ones
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Check } from './check.ts';
import { listFiles } from './source-files.ts';

const FOLDERS = ['src', 'native', 'tools'];
const BEGIN =
  '<!-- tree: every file of src, native and tools; node tools/check/tree.ts --write adds what is missing -->';
const END = '<!-- end of the tree -->';
const NAME_WIDTH = 26;
const LONGEST_PHRASE = 110;

export const tree: Check = {
  name: 'tree',
  run(root) {
    const listed = readTree(readAgents(root));
    const files = listFiles(root, FOLDERS);
    const missing = files.filter((file) => !listed.has(file)).map((file) => `AGENTS.md's tree lacks ${file}`);
    const stale = [...listed.keys()].filter((path) => !path.endsWith('/') && !existsSync(join(root, path)));
    const bare = files
      .filter((file) => listed.get(file) === '')
      .map((file) => `AGENTS.md's tree says nothing about ${file}`);
    const problems = [...missing, ...stale.map((path) => `AGENTS.md's tree lists ${path}, which is gone`), ...bare];
    if (problems.length > 0)
      problems.push('node tools/check/tree.ts --write mends the first two; write the phrases yourself');
    return problems;
  },
};

function readAgents(root: string): string {
  const file = join(root, 'AGENTS.md');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Path → phrase: folders at the margin with their whole path and a slash, files below them by name. */
export function readTree(text: string): Map<string, string> {
  const listed = new Map<string, string>();
  const body = text.split(BEGIN)[1]?.split(END)[0] ?? '';
  let folder = '';
  for (const line of body.split('\n')) {
    const [, indent, name, phrase] = /^(\s*)(\S+)\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || name.startsWith('```')) continue;
    if (indent === '') folder = name;
    listed.set(indent === '' ? name : `${folder}${name}`, phrase.trim());
  }
  return listed;
}

/** AGENTS.md with a tree that fits the disk; phrases that stand there stay. */
export function writeTree(root: string): string {
  const text = readAgents(root);
  const listed = readTree(text);
  const lines: string[] = [];
  let folder = '';
  // A folder's own files stand before its folders.
  const files = listFiles(root, FOLDERS).toSorted((a, b) =>
    dirname(a) < dirname(b) ? -1 : dirname(a) > dirname(b) ? 1 : 0,
  );
  for (const file of files) {
    const own = `${dirname(file)}/`;
    if (own !== folder) {
      if (folder !== '') lines.push('');
      lines.push(`${own.padEnd(NAME_WIDTH)}  ${listed.get(own) ?? ''}`.trimEnd());
      folder = own;
    }
    const phrase = listed.get(file) || firstSentence(readFileSync(join(root, file), 'utf8'));
    lines.push(`  ${basename(file).padEnd(NAME_WIDTH - 2)}  ${phrase}`.trimEnd());
  }
  const section = `${BEGIN}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n${END}`;
  if (!text.includes(BEGIN)) return `${text === '' ? '# attune for agents\n' : text}\n## The tree\n\n${section}\n`;
  return `${text.split(BEGIN)[0]}${section}${text.split(END)[1] ?? '\n'}`;
}

/** The first sentence of the first doc comment, or of the plain comment that the file begins with, without its marks. */
export function firstSentence(source: string): string {
  const plain = /^(?:#![^\n]*\n)?((?:(?:\/\/|#(?!include|pragma|if|define))[^\n]*\n)+)/.exec(source);
  const comment = plain?.[1] ?? /\/\*\*([\s\S]*?)\*\//.exec(source)?.[1];
  if (comment === undefined) return '';
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\*|\/\/|#)?\s?/, '').trim())
    .join(' ')
    .trim();
  const sentence = /^.*?(?:[.:;](?=\s|$)|$)/.exec(text)?.[0].replace(/[.:;]$/, '') ?? '';
  return sentence.length <= LONGEST_PHRASE
    ? sentence
    : `${sentence.slice(0, LONGEST_PHRASE - 1).replace(/\s+\S*$/, '')}…`;
}

if (import.meta.main) {
  const root = process.cwd();
  if (process.argv.includes('--write')) writeFileSync(join(root, 'AGENTS.md'), writeTree(root));
  const problems = await tree.run(root);
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
