/** Source files of a pipeline: local files, and objects in a bucket, which are downloaded when they are read. */
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { findDocuments, type FoundFile } from '@attune/documents';
import { FileDraft } from '../../files/file-draft.ts';
import { sha256 } from '../../files/hash.ts';
import { safeJoin } from '../../files/safe-join.ts';
import { PRIVATE_FILE } from '../../files/private.ts';
import { Bucket } from '../../store/objects/bucket.ts';
import { isBucketUrl, parseS3Url, shownS3 } from '../../store/objects/s3-url.ts';
import type { SizedFile } from './source-units.ts';

export interface FoundSources {
  /** Lists the files, in the same order each time. @throws AttuneError E_FILE_MISSING, E_OBJECTS… */
  found(): AsyncGenerator<FoundFile & { bytes?: number }>;
  /**
   * Downloads a bucket object to the run's folder; local files are returned unchanged. @throws AttuneError E_OBJECTS…
   */
  fetch(file: SizedFile): Promise<SizedFile>;
}

/** @param scratch temporary folder of the run */
export function findSources(
  sources: readonly string[],
  { base, scratch }: { base: string; scratch: string },
): FoundSources {
  const objects = new Map<string, { bucket: Bucket; key: string }>();
  return {
    async *found() {
      for (const source of sources) {
        if (!isBucketUrl(source)) yield* findDocuments([source], base);
        else {
          for await (const { bucket, key, name, bytes } of objectsBelow(source)) {
            const path = join(scratch, `object-${sha256(`${source} ${key}`)}`);
            objects.set(path, { bucket, key });
            yield { name, bytes, path, root: scratch };
          }
        }
      }
    },
    async fetch(file) {
      const object = objects.get(file.path);
      if (object === undefined) return file;
      using draft = new FileDraft(file.path, PRIVATE_FILE);
      await object.bucket.fetch(object.key, file.bytes, draft);
      draft.commit();
      return { ...file, isCopy: true };
    },
  };
}

/**
 * Downloads the objects at or below a bucket URL to a folder. @throws AttuneError E_FILE_MISSING, E_OBJECTS…,
 * E_PATH_ESCAPE
 */
export async function fetchObjects(
  source: string,
  folder: string,
  onFile?: (name: string) => void,
): Promise<{ files: number; bytes: number }> {
  const fetched = { files: 0, bytes: 0 };
  for await (const { bucket, key, bytes, inside } of objectsBelow(source)) {
    onFile?.(inside);
    using draft = new FileDraft(safeJoin(folder, inside), PRIVATE_FILE);
    await bucket.fetch(key, bytes, draft);
    draft.commit();
    fetched.files++;
    fetched.bytes += bytes;
  }
  return fetched;
}

/**
 * Lists the object at the URL, and those below it. `name` is what the document would be called if the prefix were a
 * local folder.
 */
async function* objectsBelow(source: string) {
  const { prefix, ...place } = parseS3Url(source, 'a source of the pipeline');
  const top = prefix.replace(/\/$/, '');
  const bucket = new Bucket({ ...place, prefix: '' });
  const shown = top === '' ? place.bucket : top.slice(top.lastIndexOf('/') + 1);
  let count = 0;
  for await (const { key, bytes } of bucket.list(top)) {
    // Skips folder markers (empty objects), and keys that only share the prefix, such as `database` for `data`.
    if (key.endsWith('/') || (key !== top && !key.startsWith(prefix))) continue;
    count++;
    const inside = key.slice(prefix.length);
    yield {
      bucket,
      key,
      bytes,
      inside: key === top ? shown : inside,
      name: key === top ? shown : `${shown}/${inside}`,
    };
  }
  if (count > 0) return;
  throw new AttuneError('E_FILE_MISSING', {
    what: `There is no object at or below ${shownS3({ ...place, prefix: top })}`,
    fix: 'check the bucket and the prefix in sources',
  });
}
