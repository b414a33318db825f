/** Erases users' own models, and searches all of attune's files on this machine for remains of a user. */
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attuneCache, attuneHome } from '../../base/home.ts';
import {
  byteWindows,
  fingerprint,
  searchFiles,
  textWindows,
  type FileSearch,
  type Fingerprint,
} from '../../files/find-windows.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { watchFolder } from '../../monitoring/index.ts';
import { lockLoop } from '../improve/improve.ts';
import { deletePersonal } from './delete-personal.ts';
import { personalLoops, resultFolders, userFolder } from './user-folders.ts';

interface Loop {
  model: string;
  folder: string;
}

const WINDOWS_OF_TEXT = 2;
const WINDOWS_OF_FILE = 5;
const MOST_WINDOWS = 5000;

/** Fingerprints of an unfinished erasure; when a killed one resumes, the texts may already be deleted. */
const pendingPath = (owner: string): string => join(watchFolder(), 'erasing', `${owner}.json`);

/** Stores fingerprints to search for. @param texts the user's own words */
export function beginErasure(owner: string, loops: readonly Loop[], texts: readonly string[]): Fingerprint[] {
  const path = pendingPath(owner);
  const before = existsSync(path) ? readJson<Fingerprint[]>(path) : [];
  const windows = [
    ...loops
      .flatMap((loop) => personalLoops(loop, owner))
      .flatMap(resultFolders)
      .flatMap(weightWindows),
    ...texts.flatMap((text) => textWindows(text, WINDOWS_OF_TEXT)),
  ];
  const all = new Map([...before, ...windows.slice(0, MOST_WINDOWS).map(fingerprint)].map((one) => [one.sha256, one]));
  makeFolders(join(path, '..'));
  writeJson(path, [...all.values()]);
  return [...all.values()];
}

function weightWindows(run: string): Uint8Array[] {
  const file = join(run, 'adapter', 'adapter_model.safetensors');
  return existsSync(file) ? byteWindows(readFileSync(file), WINDOWS_OF_FILE) : [];
}

/** Deletes the user's own models. @returns their number @throws AttuneError E_IMPROVE_BUSY while one is in training */
export async function erasePersonal(owner: string, loops: readonly Loop[]): Promise<number> {
  let models = 0;
  for (const loop of loops) {
    const own = personalLoops(loop, owner);
    for (const one of own) lockLoop(one.folder).release();
    for (const one of own) models += await deletePersonal(one, 'attune users erase');
    rmSync(userFolder(loop.folder, owner), { recursive: true, force: true });
  }
  return models;
}

/** Deletes caches that may contain tokens and hidden states of any user's rows; runs rebuild them. */
export function clearRowCaches(): void {
  for (const name of ['rows', 'frozen', 'reference'])
    rmSync(join(attuneCache(), name), { recursive: true, force: true });
}

/** Searches every file in attune's home, its caches and the loops' folders. */
export function searchEverywhere(loops: readonly Loop[], fingerprints: readonly Fingerprint[]): Promise<FileSearch> {
  const folders = [attuneHome(), attuneCache(), ...loops.map(({ folder }) => folder)];
  return searchFiles([...new Set(folders)], fingerprints);
}

export function endErasure(owner: string): void {
  const path = pendingPath(owner);
  rmSync(path, { force: true });
  if (existsSync(join(path, '..')) && readdirSync(join(path, '..')).length === 0)
    rmSync(join(path, '..'), { recursive: true });
}
