/** Python functions of Mercurial with the first line of their documentation, by its programmers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchDebianTrees } from '../../src/app/quickstart/tasks/sources/debian-file.ts';
import { splitRows, type RelatedRow } from '../../src/app/quickstart/tasks/split.ts';
import { writeWholeFolder } from '../../src/files/whole-folder.ts';
import type { Setting } from '../example.ts';

const PACKAGE = 'mercurial-common';
const SOURCE = /^usr\/lib\/python3\/dist-packages\/.*\.py$/;
const SIZES = { validation: 100, test: 400 };
const [SHORTEST, LONGEST] = [12, 90];
const LONGEST_CODE = 400;

/** All functions of a file are in one split. */
export async function fetchFunctions(setting: Setting) {
  const folder = join(setting.folder, 'files', 'functions');
  if (!existsSync(folder)) {
    const wants = (path: string) => SOURCE.test(path);
    await writeWholeFolder(folder, (to) =>
      fetchDebianTrees(join(setting.folder, 'apt'), { packageNames: [PACKAGE], to, wants }, setting),
    );
  }
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  const rows = paths.flatMap((path) => functionsOf(readFileSync(path, 'utf8'), path.slice(folder.length + 1)));
  return splitRows(rows, SIZES, setting);
}

const FUNCTION =
  /^( *)def (\w+)(\((?:[^()]|\([^()]*\))*\))(?: -> [^\n:]+)?:\n +(?:b|r)?"""(.+)\n?([\s\S]*?)"""\n([\s\S]*?)(?=\n\1\S|\n*$(?![\s\S]))/gmu;

export function functionsOf(source: string, file: string): RelatedRow[] {
  return [...source.matchAll(FUNCTION)].flatMap(([, , name, parameters, first, , body]): RelatedRow[] => {
    const line = first.split('"""')[0].trim();
    if (line.length < SHORTEST || line.length > LONGEST || body.trim() === '') return [];
    const code = `def ${name}${parameters.replaceAll(/\s+/gu, ' ')}:\n${body}`.slice(0, LONGEST_CODE);
    const prompt = `${code
      .replaceAll(/\n\s*\n/gu, '\n')
      .replaceAll(/^ {4,}/gmu, '    ')
      .trimEnd()}\n\nIn short:`;
    const keys: RelatedRow['keys'] = [`line ${line}`, `file ${file} ${name}`, `code ${prompt}`];
    return [{ prompt, completion: ` ${line}`, keys, mayTest: true }];
  });
}
