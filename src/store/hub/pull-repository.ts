import { existsSync, statfsSync, statSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink, RunEvent } from '../../base/events.ts';
import { formatBytes } from '../../base/format.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { datasetFiles, modelFiles } from './choose-files.ts';
import { downloadFile, type DownloadRequest } from './download.ts';
import { fetchWith, isReadableOnTheWay, listRepository, type HubFile } from './listing.ts';
import type { Repository } from './repository.ts';
import { hubSettings, type HubSettings } from './hub-settings.ts';
import { blobPath, linkSnapshot, repositoryFolder, snapshotFolder, writeRef } from './snapshot.ts';

export interface PullOptions extends Pick<DownloadRequest, 'patience' | 'pause'> {
  emit: EventSink;
  signal: AbortSignal;
  settings?: HubSettings;
}

export interface Pulled {
  repository: Repository;
  commit: string;
  /** Folder with the files under their names. */
  folder: string;
  files: HubFile[];
  /** Bytes of all files, and of those newly fetched. */
  bytes: number;
  fetchedBytes: number;
}

/**
 * Downloads a repository's files into the cache of Hugging Face's own tools and verifies their hashes; files in the
 * cache are not downloaded again.
 * @throws E_HUB_…, E_PICKLE_WEIGHTS, E_DISK_FULL
 */
export async function pullRepository(repository: Repository, options: PullOptions): Promise<Pulled> {
  const { emit, settings = hubSettings() } = options;
  refuseOffline(repository, settings);
  emit({ type: 'phase-started', phase: 'download', message: `asking ${settings.endpoint} for ${repository.name}` });
  if (settings.token !== undefined && isReadableOnTheWay(settings.endpoint)) emit(withheld(settings));
  const { commit, files: all } = await listRepository(repository, settings);
  const files = repository.kind === 'model' ? modelFiles(all, repository) : datasetFiles(all, repository);
  const root = repositoryFolder(repository, settings);
  const missing = uniqueBlobs(files).filter(({ hash, size }) => !isThere(blobPath(root, hash), size));
  const bytes = sumOf(uniqueBlobs(files));
  refuseFullDisk(missing, root);
  await fetchMissing(missing, { repository, commit, root, settings, options });
  linkSnapshot(root, commit, files);
  // Written last, so that a named revision is always complete.
  writeRef(repository, root, commit);
  const folder = snapshotFolder({ ...repository, revision: commit }, settings)!;
  return { repository, commit, folder, files, bytes, fetchedBytes: sumOf(missing) };
}

function withheld({ endpoint }: HubSettings): RunEvent {
  const message =
    `${endpoint} is contacted without your token, because anyone on the network could read it: use ` +
    'https:// for private repositories';
  return { type: 'warning-raised', code: 'W_TOKEN_WITHHELD', message };
}

interface Fetching {
  repository: Repository;
  commit: string;
  root: string;
  settings: HubSettings;
  options: PullOptions;
}

async function fetchMissing(missing: readonly HubFile[], fetching: Fetching): Promise<void> {
  const { repository, commit, root, settings, options } = fetching;
  const { emit, signal, patience, pause } = options;
  const total = sumOf(missing);
  let before = 0;
  for (const file of missing) {
    const kind = repository.kind === 'dataset' ? 'datasets/' : '';
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    const url = `${settings.endpoint}/${kind}${repository.name}/resolve/${commit}/${path}`;
    const done = before;
    await downloadFile({
      url,
      place: blobPath(root, file.hash),
      file,
      fetch: fetchWith(settings),
      signal,
      patience,
      pause,
      onProgress: (bytes) =>
        emit({ type: 'work-advanced', phase: 'download', done: done + bytes, total, unit: 'bytes' }),
    });
    before += file.size;
  }
}

/** Several names may refer to the same content. */
function uniqueBlobs(files: readonly HubFile[]): HubFile[] {
  return [...new Map(files.map((file) => [file.hash, file])).values()];
}

function isThere(path: string, size: number): boolean {
  return existsSync(path) && statSync(path).size === size;
}

function sumOf(files: readonly HubFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

function refuseFullDisk(missing: readonly HubFile[], root: string): void {
  makeFolders(root);
  const { bavail, bsize } = statfsSync(root);
  const [wanted, free] = [sumOf(missing), bavail * bsize];
  if (wanted <= free) return;
  throw new AttuneError('E_DISK_FULL', {
    what: `The files do not fit on the disk of ${root}`,
    got: `${formatBytes(free)} free`,
    expected: formatBytes(wanted),
    fix: 'free some space, or set HF_HOME to a folder on another disk',
  });
}

function refuseOffline({ name }: Repository, { isOffline, cache }: HubSettings): void {
  if (!isOffline) return;
  throw new AttuneError('E_HUB_OFFLINE', {
    what: `${name} is neither a folder nor in the cache, and downloads are disabled`,
    got: 'HF_HUB_OFFLINE is set',
    expected: `a folder of that name, or the files of ${name} in ${cache}`,
    fix: `check the name; or unset HF_HUB_OFFLINE and run attune models pull ${name}`,
  });
}
