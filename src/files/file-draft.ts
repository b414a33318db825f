import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder, writeAll, writeFailure } from './atomic.ts';
import { makeFolders } from './make-folder.ts';
import { fileMode } from './private.ts';
import { temporaryName } from './temporary.ts';

const BUFFERED = 1 << 20;

/**
 * A file written piece by piece over any length of time. It appears whole at `commit`; disposing of an uncommitted
 * draft removes it. @throws AttuneError E_NOT_WRITABLE, E_DISK_FULL
 */
export class FileDraft implements Disposable {
  readonly path: string;
  readonly #temporary: string;
  readonly #digest = createHash('sha256');
  #descriptor: number | undefined;
  #pieces: (string | Uint8Array)[] = [];
  #buffered = 0;
  #bytes = 0;
  #isCommitted = false;

  /** `mode`: file permissions other than the user's defaults. */
  constructor(path: string, mode = fileMode(path)) {
    this.path = path;
    this.#temporary = temporaryName(path);
    this.#descriptor = this.#try(() => {
      makeFolders(dirname(path));
      return openSync(this.#temporary, 'wx', mode);
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** SHA-256 of the content so far. */
  get sha256(): string {
    this.#flush();
    return this.#digest.copy().digest('hex');
  }

  /** Bytes are not copied: they must not change until they are written. */
  write(piece: string | Uint8Array): void {
    this.#pieces.push(piece);
    this.#buffered += piece.length;
    if (this.#buffered >= BUFFERED) this.#flush();
  }

  /** Moves the file into place, under another name if given. @returns the SHA-256 of the content */
  commit(path = this.path): string {
    this.#flush();
    this.#try(() => {
      fsyncSync(this.#descriptor!);
      closeSync(this.#descriptor!);
      this.#descriptor = undefined;
      renameSync(this.#temporary, path);
      this.#isCommitted = true;
      syncFolder(dirname(path));
    });
    return this.#digest.digest('hex');
  }

  [Symbol.dispose](): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (!this.#isCommitted) rmSync(this.#temporary, { force: true });
  }

  #flush(): void {
    const isText = this.#pieces.every((piece) => typeof piece === 'string');
    const data = isText
      ? Buffer.from(this.#pieces.join(''))
      : Buffer.concat(this.#pieces.map((one) => (typeof one === 'string' ? Buffer.from(one) : one)));
    this.#pieces = [];
    this.#buffered = 0;
    this.#digest.update(data);
    this.#bytes += data.length;
    this.#try(() => writeAll(this.#descriptor!, data));
  }

  #try<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw writeFailure(this.path, error);
    }
  }
}
