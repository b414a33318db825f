import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { writeFileAtomic } from '../../files/atomic.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { safeJoin } from '../../files/safe-join.ts';
import type { Repository } from './repository.ts';
import type { HubSettings } from './hub-settings.ts';

// The layout of huggingface_hub's cache: blobs/HASH, snapshots/COMMIT/PATH → blob, refs/REVISION holding a commit.

/** `models--owner--name` in the cache. */
export function repositoryFolder({ kind, name }: Repository, { cache }: HubSettings): string {
  return join(cache, `${kind}s--${name.replaceAll('/', '--')}`);
}

/** Folder of a revision's files; undefined if none or only some of them were fetched. */
export function snapshotFolder(repository: Repository, settings: HubSettings): string | undefined {
  const root = repositoryFolder(repository, settings);
  const commit = knownCommit(repository, root);
  const folder = join(root, 'snapshots', commit);
  return existsSync(folder) && !existsSync(linkingMark(root, commit)) ? folder : undefined;
}

/**
 * Links a commit's files under their names. A marker file exists meanwhile, so that an interrupted snapshot does not
 * count as complete; a commit requested by its hash has no ref that would show this.
 */
export function linkSnapshot(root: string, commit: string, files: readonly { path: string; hash: string }[]): void {
  const mark = linkingMark(root, commit);
  makeFolders(dirname(mark));
  writeFileAtomic(mark, '');
  for (const file of files) linkFile(root, commit, file);
  rmSync(mark, { force: true });
}

/** Stored next to the Python library's folders, which ignores it. */
function linkingMark(root: string, commit: string): string {
  return safeJoin(join(root, '.linking'), commit);
}

function knownCommit({ revision }: Repository, root: string): string {
  const path = safeJoin(join(root, 'refs'), revision);
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : revision;
}

/** Records the commit of a branch or tag. */
export function writeRef({ revision }: Repository, root: string, commit: string): void {
  if (revision !== commit) writeFileAtomic(safeJoin(join(root, 'refs'), revision), commit);
}

/** Path of a file's content; `hash` is the hub's name for it. */
export function blobPath(root: string, hash: string): string {
  return safeJoin(join(root, 'blobs'), hash);
}

/** Adds a blob to a snapshot under its name, as a link like the Python library's. */
function linkFile(root: string, commit: string, file: { path: string; hash: string }): void {
  const place = safeJoin(join(root, 'snapshots', commit), file.path);
  makeFolders(dirname(place));
  mkdirSync(dirname(place), { recursive: true });
  const draft = `${place}.${randomBytes(6).toString('hex')}.tmp`;
  symlinkSync(relative(dirname(place), blobPath(root, file.hash)), draft);
  renameSync(draft, place);
}
