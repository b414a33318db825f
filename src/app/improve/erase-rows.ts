/** Rows of a user out of the data sets that loops have made. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { watchFolder } from '../../watch/index.ts';
import type { DataVersion, VersionFile } from './data-version.ts';
import { cycleFolder, readDecisions } from './decisions.ts';
import type { Plan } from './plan.ts';

interface KnownLoop {
  model: string;
  folder: string;
}

const listPath = (): string => join(watchFolder(), 'loops.json');

function knownLoops(): KnownLoop[] {
  return existsSync(listPath()) ? readJson<KnownLoop[]>(listPath()) : [];
}

/** So that a user can be erased from it later. */
export function rememberLoop({ model, folder }: Plan): void {
  const known = knownLoops();
  if (known.some((one) => one.folder === folder)) return;
  makeFolders(watchFolder());
  writeJson(listPath(), [...known, { model, folder }]);
}

/** `owner`: the hash of a user. @returns how many rows were deleted, and versions that were trained on them */
export function eraseRows(owner: string): { rows: number; models: string[] } {
  let rows = 0;
  const models: string[] = [];
  for (const { model, folder } of knownLoops()) {
    const decisions = readDecisions(folder);
    for (const cycle of new Set(decisions.map((one) => one.cycle))) {
      const deleted = eraseFromVersion(join(cycleFolder(folder, cycle), 'data'), owner);
      rows += deleted;
      const version = decisions.findLast((one) => one.cycle === cycle && one.facts.version !== undefined)?.facts
        .version;
      if (deleted > 0 && version !== undefined) models.push(`${model}@${String(version)}`);
    }
  }
  return { rows, models };
}

function eraseFromVersion(folder: string, owner: string): number {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return 0;
  const version = readJson<DataVersion>(manifest);
  let rows = 0;
  const changed = new Map<string, VersionFile>();
  for (const file of version.files.filter(({ owners }) => owners.includes(owner))) {
    const path = join(folder, file.file);
    const left = readFileSync(path, 'utf8')
      .split('\n')
      .filter((_, line) => file.owners[line] !== owner)
      .join('\n');
    writeFileAtomic(path, left);
    const owners = file.owners.filter((one) => one !== owner);
    rows += file.owners.length - owners.length;
    changed.set(file.file, { ...file, rows: owners.length, sha256: sha256(left), owners });
  }
  if (changed.size === 0) return 0;
  const renewed = (files: readonly VersionFile[]): VersionFile[] => files.map((one) => changed.get(one.file) ?? one);
  const { train, holdout, files } = version;
  writeJson(manifest, { ...version, train: renewed(train), holdout: renewed(holdout), files: renewed(files) });
  return rows;
}
