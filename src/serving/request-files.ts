/** Files in requests: stored in a private folder, deleted when the work is done. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { invalidValue } from './api-error.ts';

/** Folder for the files of one request, deleted with them. File names never come from the client. */
export class Uploads implements Disposable {
  #folder: string | undefined;
  #count = 0;

  add(bytes: Uint8Array): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'attune-upload-'));
    const path = join(this.#folder, `upload-${++this.#count}`);
    writeFileSync(path, bytes, { mode: 0o600 });
    return path;
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The bytes of a `data:` URL or of plain base64. @throws ApiError 400 */
export function bytesOfData(text: string, field: string): Uint8Array {
  const data = /^data:[^,]{0,200};base64,/.exec(text);
  const encoded = data === null ? text : text.slice(data[0].length);
  if (encoded !== '' && encoded.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded))
    return Buffer.from(encoded, 'base64');
  throw invalidValue(field, `${field} must be the file's bytes in base64, or a data: URL; URLs are not fetched.`);
}
