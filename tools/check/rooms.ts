/**
 * The README of each room of src/: it exists, fits on a screen, names exactly the folders of the room, and every file
 * that it names exists.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { listFiles } from './source-files.ts';

const MOST_LINES = 40;

export const rooms: Check = {
  name: 'rooms',
  run: (root) => foldersIn(root, 'src').flatMap((room) => problemsOf(root, `src/${room}`)),
};

function problemsOf(root: string, room: string): string[] {
  const path = join(root, room, 'README.md');
  if (!existsSync(path)) return [`${room} has no README.md: what it is for, its main types, what to read first`];
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n').length;
  const named = new Set([...text.matchAll(/`([a-z0-9-]+)\/`/g)].map(([, name]) => name));
  const folders = foldersIn(root, room);
  const files = [...text.matchAll(/`((?:[\w.-]+\/)*[\w.-]+\.ts)`/g)].map(([, file]) => file);
  const gone = files.filter((file) => !file.includes('NAME') && !existsSync(join(root, room, file)));
  return [
    ...(lines > MOST_LINES ? [`${room}/README.md has ${lines} lines, at most ${MOST_LINES} fit on a screen`] : []),
    ...folders.filter((folder) => !named.has(folder)).map((folder) => `${room}/README.md does not name ${folder}/`),
    ...[...named]
      .filter((folder) => !folders.includes(folder))
      .map((folder) => `${room}/README.md names ${folder}/, which is not there`),
    ...gone.map((file) => `${room}/README.md names ${file}, which is not there`),
  ];
}

/** All folders in a folder that contain files, at any depth. */
function foldersIn(root: string, folder: string): string[] {
  const parts = listFiles(root, [folder]).map((file) => file.slice(folder.length + 1).split('/'));
  return [...new Set(parts.flatMap(([first, ...rest]) => (rest.length > 0 ? [first] : [])))];
}
