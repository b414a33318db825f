/** Erases a user's rows from everything that loops have written: data sets, pairs to review, and runs that quote rows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pushAll } from '../../base/many.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { sha256 } from '../../files/hash.ts';
import { parseJson, readJson, writeJson } from '../../files/json.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { watchFolder } from '../../monitoring/index.ts';
import { MANIFEST, type DataVersion, type VersionFile } from './data-version.ts';
import { cycleFolder, readDecisions, type Decision } from './improvement-decisions.ts';
import { eraseTexts } from './erase-texts.ts';
import { versionFolder } from './known-rows.ts';
import type { Plan } from './improvement-plan.ts';
import { runFolder } from './retrain.ts';
import { eraseFromQuarantine } from './quarantine.ts';

export interface KnownLoop {
  model: string;
  folder: string;
}

/** A user's feedback in loops. */
export interface OwnFeedback {
  /** The hash of a user. */
  owner: string;
  ids: ReadonlySet<string>;
  /** The user's prompts, answers and comments. */
  texts: readonly string[];
}

const listPath = (): string => join(watchFolder(), 'loops.json');

export function knownLoops(): KnownLoop[] {
  return existsSync(listPath()) ? readJson<KnownLoop[]>(listPath()) : [];
}

/** Remembers a loop, so that users can be erased from it later. */
export function rememberLoop({ model, folder }: Plan): void {
  const known = knownLoops();
  if (known.some((one) => one.folder === folder)) return;
  makeFolders(watchFolder());
  writeJson(listPath(), [...known, { model, folder }]);
}

/** @returns the number of deleted rows, and the versions that were trained on them */
export function eraseRows({ owner, ids, texts }: OwnFeedback): { rows: number; models: string[] } {
  let rows = 0;
  const models: string[] = [];
  for (const { model, folder } of knownLoops()) {
    const decisions = readDecisions(folder);
    const cycles = [...new Set(decisions.map((one) => one.cycle))];
    const found = new Set(texts);
    for (const cycle of cycles) {
      const deleted = eraseFromVersion(versionFolder(cycleFolder(folder, cycle)), owner);
      rows += deleted.rows;
      for (const text of deleted.texts) found.add(text);
      if (deleted.rows > 0)
        pushAll(
          models,
          trainedOn(decisions, cycle).map((version) => `${model}@${version}`),
        );
      eraseFromQuarantine(cycleFolder(folder, cycle), ids);
    }
    // Runs of later cycles are evaluated on rows of earlier ones.
    for (const cycle of cycles) eraseTexts(runFolder(cycleFolder(folder, cycle)), [...found]);
  }
  return { rows, models: [...new Set(models)] };
}

/** Versions trained on a cycle's rows: its own and, if that was promoted, all later ones. */
function trainedOn(decisions: readonly Decision[], cycle: number): string[] {
  const isPromoted = decisions.some((one) => one.cycle === cycle && one.state === 'promoted');
  const own = decisions.filter((one) => one.cycle === cycle || (isPromoted && one.cycle > cycle));
  return [...new Set(own.flatMap(({ facts }) => (facts.version === undefined ? [] : String(facts.version))))];
}

export interface UserRows {
  model: string;
  version: number;
  /** Number of rows in the cycle's data set. */
  rows: number;
}

/** Versions that were trained on rows of a user, who is identified by a hash. */
export function versionsTrainedOn(owner: string): UserRows[] {
  const found = new Map<string, UserRows>();
  for (const { model, folder } of knownLoops()) {
    const decisions = readDecisions(folder);
    for (const cycle of new Set(decisions.map((one) => one.cycle))) {
      const manifest = join(versionFolder(cycleFolder(folder, cycle)), MANIFEST);
      if (!existsSync(manifest)) continue;
      const { train } = readJson<DataVersion>(manifest);
      const rows = train.flatMap(({ owners }) => owners).filter((one) => one === owner).length;
      if (rows === 0) continue;
      for (const version of trainedOn(decisions, cycle)) {
        const name = `${model}@${version}`;
        found.set(name, { model, version: Number(version), rows: (found.get(name)?.rows ?? 0) + rows });
      }
    }
  }
  return [...found.values()];
}

function eraseFromVersion(folder: string, owner: string): { rows: number; texts: string[] } {
  const manifest = join(folder, MANIFEST);
  if (!existsSync(manifest)) return { rows: 0, texts: [] };
  const version = readJson<DataVersion>(manifest);
  const texts: string[] = [];
  let rows = 0;
  const changed = new Map<string, VersionFile>();
  for (const file of version.files.filter(({ owners }) => owners.includes(owner))) {
    const path = join(folder, file.file);
    const lines = readFileSync(path, 'utf8').split('\n');
    const isTheirs = (line: number): boolean => file.owners[line] === owner;
    const theirs = lines.filter((_, line) => isTheirs(line));
    for (const line of theirs) pushAll(texts, textsOf(parseJson(line)));
    const left = lines.filter((_, line) => !isTheirs(line)).join('\n');
    writeFileAtomic(path, left);
    const owners = file.owners.filter((one) => one !== owner);
    rows += file.owners.length - owners.length;
    changed.set(file.file, { ...file, rows: owners.length, sha256: sha256(left), owners });
  }
  if (changed.size === 0) return { rows: 0, texts };
  const renewed = (files: readonly VersionFile[]): VersionFile[] => files.map((one) => changed.get(one.file) ?? one);
  const { train, holdout, files } = version;
  writeJson(manifest, { ...version, train: renewed(train), holdout: renewed(holdout), files: renewed(files) });
  return { rows, texts };
}

/** All texts in a value. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
