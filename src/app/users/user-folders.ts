/** Folders of users' own models, inside their loop's folder. Deleting a user's folder deletes all of that user's models. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cycleFolder, readDecisions } from '../improve/improvement-decisions.ts';
import { runFolder } from '../improve/retrain.ts';
import { personalName } from '../../store/registry/index.ts';

const USERS = 'users';
/** Shared models with their adapters merged in, which users' adapters are trained on. */
const BASES = 'bases';

export function userFolder(loop: string, owner: string): string {
  return join(loop, USERS, owner);
}

export function baseFolder(loop: string, version: number): string {
  return join(loop, USERS, BASES, String(version));
}

/** Pseudonyms of the users who have a folder. */
export function usersIn(loop: string): string[] {
  const folder = join(loop, USERS);
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{32}$/.test(name)) : [];
}

/** A user's loop on one version of the shared model. */
export interface PersonalLoop {
  /** Version of the shared model: `support@3`. */
  shared: string;
  owner: string;
  folder: string;
  /** Name of the user's own model in the registry. */
  name: string;
}

export function personalLoop(
  loop: string,
  { model, version }: { model: string; version: number },
  owner: string,
): PersonalLoop {
  const shared = `${model}@${version}`;
  return {
    shared,
    owner,
    folder: join(userFolder(loop, owner), String(version)),
    name: personalName({ shared, owner }),
  };
}

/** The user's loops on all versions of the shared model, oldest first. */
export function personalLoops({ model, folder }: { model: string; folder: string }, owner: string): PersonalLoop[] {
  const own = userFolder(folder, owner);
  const versions = existsSync(own) ? readdirSync(own).filter((name) => /^\d+$/.test(name)) : [];
  return versions
    .map(Number)
    .toSorted((a, b) => a - b)
    .map((version) => personalLoop(folder, { model, version }, owner));
}

/** Existing run folders of all cycles of a loop. */
export function resultFolders({ folder }: PersonalLoop): string[] {
  const cycles = new Set(readDecisions(folder).map(({ cycle }) => cycle));
  return [...cycles].map((cycle) => runFolder(cycleFolder(folder, cycle))).filter((run) => existsSync(run));
}
