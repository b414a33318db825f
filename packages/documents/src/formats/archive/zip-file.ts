/** Zip archives, for all formats that are based on them. */
import { withFeature } from '@attune/base/optional-packages';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Entry, ZipFile } from 'yauzl';
import { Unreadable } from '../../outcome.ts';
import type { FileInput, ReadContext } from '../../reader.ts';
import { UnpackBudget } from './unpack-budget.ts';

export const isZip = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'));

/** @throws Unreadable broken */
export async function openZip(path: string): Promise<ZipFile> {
  const { default: yauzl } = await withFeature('documents', () => import('yauzl'));
  try {
    // Names are checked on use; one bad name must not hide the entries after it.
    return await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (error) {
    throw new Unreadable('broken', (error as Error).message);
  }
}

/** Names of an archive's first entries, which reveal its kind. Empty if it is damaged. */
export async function zipNames(path: string, most = 400): Promise<string[]> {
  let zip: ZipFile | undefined;
  const names: string[] = [];
  try {
    zip = await openZip(path);
    for await (const entry of zip.eachEntry()) {
      names.push(entryName(entry));
      if (names.length >= most) break;
    }
  } catch {
    // A damaged archive is reported by its reader.
  }
  zip?.close();
  return names;
}

/** UTF-8 if the entry is marked as such or its bytes are valid; otherwise the encoding of old archivers. */
export function entryName({ fileName, generalPurposeBitFlag }: Entry): string {
  const bytes = fileName as unknown as Buffer;
  const text = bytes.toString('utf8');
  const isUtf8 = (generalPurposeBitFlag & 0x800) !== 0 || !text.includes('\ufffd');
  return (isUtf8 ? text : bytes.toString('latin1')).replaceAll('\\', '/');
}

/** Reads the parts of a zip-based document on demand. */
export class ZipParts implements Disposable {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #budget: UnpackBudget;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>, budget: UnpackBudget) {
    this.#zip = zip;
    this.#entries = entries;
    this.#budget = budget;
  }

  /** @throws Unreadable broken, bomb, encrypted */
  static async open({ path, bytes }: FileInput, context: ReadContext): Promise<ZipParts> {
    const zip = await openZip(path);
    const entries = new Map<string, Entry>();
    const budget = new UnpackBudget(bytes, context);
    for await (const entry of zip.eachEntry()) {
      budget.takeEntry();
      entries.set(entryName(entry), entry);
    }
    return new ZipParts(zip, entries, budget);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Undefined if there is no such part. @throws Unreadable broken, bomb, encrypted */
  async bytes(name: string): Promise<Buffer | undefined> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const chunks: Buffer[] = [];
    for await (const chunk of await openEntry(this.#zip, entry)) {
      this.#budget.take((chunk as Buffer).length);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  /** Text of a part of any size, in pieces; empty if there is no such part. */
  async *textPieces(name: string): AsyncGenerator<string> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const decoder = new StringDecoder('utf8');
    for await (const chunk of await openEntry(this.#zip, entry)) {
      this.#budget.take((chunk as Buffer).length);
      yield decoder.write(chunk as Buffer);
    }
    yield decoder.end();
  }

  async text(name: string): Promise<string | undefined> {
    return (await this.bytes(name))?.toString('utf8').replace(/^\ufeff/, '');
  }

  [Symbol.dispose](): void {
    this.#zip.close();
  }
}

/** @throws Unreadable encrypted, broken */
export async function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  if (entry.isEncrypted()) throw new Unreadable('encrypted');
  try {
    return await zip.openReadStreamPromise(entry);
  } catch (error) {
    throw new Unreadable('broken', (error as Error).message);
  }
}
