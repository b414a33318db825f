/** S3 bucket, accessed by the official client, which is loaded on the first request. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type * as S3 from '@aws-sdk/client-s3';
import { AttuneError } from '../../base/errors.ts';
import { withFeature } from '../../base/optional-packages.ts';
import type { FileDraft } from '../../files/file-draft.ts';
import { isBroken, s3Failure } from './s3-failure.ts';
import { shownS3, type S3Place } from './s3-url.ts';
import type { StoredObject } from './folder-store.ts';

const MiB = 2 ** 20;
/** Larger files are uploaded in parts. */
const PART_BYTES = 8 * MiB;
const MOST_PARTS = 10_000;
/** Concurrent parts, all held in memory. */
const PARTS_AT_ONCE = 4;
const ATTEMPTS = 4;
/** Maximum number of consecutive interruptions without a byte. */
const MOST_BREAKS = 4;
const CONNECT_MS = 5000;
/** Timeout without a byte. */
const SILENT_MS = 30_000;
/** Timeout from a request to the first byte of its response, including the upload of a part. */
const ANSWER_MS = 300_000;

type Client = { s3: typeof S3; client: S3.S3Client };

export class Bucket {
  readonly #place: S3Place;
  #opened: Promise<Client> | undefined;

  constructor(place: S3Place) {
    this.#place = place;
  }

  /** Uploads a file. Content that differs from the object's hash is not stored. @throws AttuneError E_OBJECTS…, E_OBJECT_CHANGED */
  async put(object: StoredObject, path: string): Promise<void> {
    const file = await open(path);
    try {
      if (object.bytes > PART_BYTES) await this.#putParts(object, file);
      else await this.#putWhole(object, file);
    } catch (error) {
      throw s3Failure(error, this.#place, object.key);
    } finally {
      await file.close();
    }
  }

  async #putWhole(object: StoredObject, file: FileHandle): Promise<void> {
    const Body = await file.readFile();
    requireSame(object, createHash('sha256').update(Body).digest('hex'));
    const { s3, client } = await this.#open();
    await client.send(new s3.PutObjectCommand({ ...this.#at(object.key), Body }));
  }

  async #putParts(object: StoredObject, file: FileHandle): Promise<void> {
    const { s3, client } = await this.#open();
    const at = this.#at(object.key);
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(at));
    const sends = new Set<Promise<unknown>>();
    try {
      const digest = createHash('sha256');
      const Parts: S3.CompletedPart[] = [];
      for await (const Body of partsOf(file, partBytes(object.bytes))) {
        digest.update(Body);
        const PartNumber = Parts.length + 1;
        const part: S3.CompletedPart = { PartNumber };
        Parts.push(part);
        const send = client.send(new s3.UploadPartCommand({ ...at, UploadId, PartNumber, Body })).then(({ ETag }) => {
          part.ETag = ETag;
          sends.delete(send);
        });
        sends.add(send);
        // It may fail while the next part is read: the error surfaces where it is awaited.
        send.catch(() => undefined);
        if (sends.size >= PARTS_AT_ONCE) await Promise.race(sends);
      }
      await Promise.all(sends);
      requireSame(object, digest.digest('hex'));
      await client.send(new s3.CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      await Promise.allSettled(sends);
      await client.send(new s3.AbortMultipartUploadCommand({ ...at, UploadId })).catch(() => undefined);
      throw error;
    }
  }

  /** Bytes of an object from an offset. Interruptions throw the network's error; others AttuneErrors. */
  async *read(key: string, from: number): AsyncGenerator<Uint8Array> {
    const { s3, client } = await this.#open();
    const Range = from === 0 ? undefined : `bytes=${from}-`;
    const { Body } = await this.#withReadableErrors(
      () => client.send(new s3.GetObjectCommand({ ...this.#at(key), Range })),
      key,
    );
    yield* Body as AsyncIterable<Uint8Array>;
  }

  /** Writes an object's bytes to a draft; after an interruption the rest is requested. @throws AttuneError E_OBJECTS…, E_OBJECT_CHANGED */
  async fetch(key: string, bytes: number, draft: FileDraft): Promise<void> {
    for (let [received, breaks] = [0, 0]; received < bytes;) {
      const before = received;
      try {
        for await (const piece of this.read(key, received)) {
          received += piece.length;
          if (received > bytes) throw this.changed(key, `more than ${bytes} bytes`, `${bytes} bytes`);
          draft.write(piece);
        }
        if (received === before) throw this.changed(key, `${received} bytes`, `${bytes} bytes`);
      } catch (error) {
        breaks = received > before ? 0 : breaks + 1;
        if (!isBroken(error) || breaks >= MOST_BREAKS) throw s3Failure(error, this.#place, key);
      }
    }
  }

  changed(key: string, got: string, expected: string): AttuneError {
    return new AttuneError('E_OBJECT_CHANGED', {
      what: `An object in ${shownS3(this.#place)} has changed since it was stored (${key})`,
      got,
      expected,
      fix: 'restore it from a backup, or upload or register it again',
    });
  }

  async remove(key: string): Promise<void> {
    const { s3, client } = await this.#open();
    await this.#withReadableErrors(() => client.send(new s3.DeleteObjectCommand(this.#at(key))), key);
  }

  async *list(prefix: string, MaxKeys?: number): AsyncGenerator<{ key: string; bytes: number }> {
    const { s3, client } = await this.#open();
    const { bucket: Bucket, prefix: root } = this.#place;
    let ContinuationToken: string | undefined;
    do {
      const wanted = { Bucket, Prefix: `${root}${prefix}`, MaxKeys, ContinuationToken };
      const page = await this.#withReadableErrors(() => client.send(new s3.ListObjectsV2Command(wanted)));
      for (const { Key, Size } of page.Contents ?? []) yield { key: Key!.slice(root.length), bytes: Size! };
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#place.bucket, Key: `${this.#place.prefix}${key}` };
  }

  async #withReadableErrors<Result>(work: () => Promise<Result>, key?: string): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw s3Failure(error, this.#place, key);
    }
  }

  #open(): Promise<Client> {
    this.#opened ??= this.#load();
    return this.#opened;
  }

  async #load(): Promise<Client> {
    const s3 = await withFeature('s3', () => import('@aws-sdk/client-s3'));
    const { endpoint, region, isPathStyle } = this.#place;
    const client = new s3.S3Client({
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      forcePathStyle: isPathStyle,
      maxAttempts: ATTEMPTS,
      // Not every server supports the newer checksums; each object's SHA-256 is compared here.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: ANSWER_MS,
        throwOnRequestTimeout: true,
        socketTimeout: SILENT_MS,
      },
    });
    return { s3, client };
  }
}

function partBytes(bytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS / MiB) * MiB);
}

async function* partsOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (;;) {
    const part = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(part, filled, size - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield part.subarray(0, filled);
    if (filled < size) return;
  }
}

function requireSame({ key, sha256 }: StoredObject, found: string): void {
  if (found === sha256) return;
  throw new AttuneError('E_OBJECT_CHANGED', {
    what: `A file changed while it was uploaded to the object store (${key})`,
    got: `SHA-256 ${found}`,
    expected: sha256,
    fix: 'upload it again when nothing is writing to it',
  });
}
