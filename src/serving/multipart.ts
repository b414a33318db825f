/** Streams forms with large files to disk. */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { makeFolders } from '../files/make-folder.ts';
import { dirname } from 'node:path';
import { table } from '../base/table.ts';
import { writeAll } from '../files/atomic.ts';
import { ApiError } from './api-error.ts';
import { refuseUnstorable } from './check-body.ts';

export interface StoredPart {
  filename: string;
  bytes: number;
  sha256: string;
}

export interface StoredForm {
  fields: Record<string, string>;
  /** The single file; undefined if the form has none. */
  file?: StoredPart;
}

export interface FormLimits {
  /** Name of the file's field, and the path to which the file is written. */
  field: string;
  path: string;
  mostBytes: number;
  /** Maximum number of parts (form_parts). */
  mostParts: number;
}

const MOST_FIELDS = 64 * 1024;
const MOST_HEADERS = 8 * 1024;

/** Reads a form and stores its file. The caller removes a partly written file. @throws ApiError 400, 413, 415 */
export async function storeForm(request: Request, limits: FormLimits): Promise<StoredForm> {
  const type = request.headers.get('content-type') ?? '';
  const { quoted, plain } =
    /^multipart\/form-data\s*;.*?boundary=(?:"(?<quoted>[^"]+)"|(?<plain>[^;\s]+))/i.exec(type)?.groups ?? {};
  const boundary = quoted ?? plain;
  if (boundary === undefined) {
    const message = `The body must be a form: send content-type: multipart/form-data, not ${type === '' ? 'none' : type}.`;
    throw new ApiError(415, { message, code: 'unsupported_media_type' });
  }
  const reader = new FormReader(boundary, limits);
  try {
    for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) reader.push(Buffer.from(chunk));
    return reader.end();
  } finally {
    reader.close();
  }
}

type Place = 'preamble' | 'headers' | 'body' | 'end';

class FormReader {
  readonly #delimiter: Buffer;
  readonly #limits: FormLimits;
  readonly #fields: Record<string, string> = table({});
  #parts = 0;
  /** Bytes before the first part. */
  #preambleBytes = 0;
  #place: Place = 'preamble';
  /** Unparsed bytes. Starts with a line break, so that a delimiter at the very start of the body is recognised. */
  #held: Buffer = Buffer.from('\r\n');
  #part: { name: string; filename?: string; text: Buffer[] } | undefined;
  #fieldBytes = 0;
  #file: { descriptor: number; filename: string; bytes: number; digest: ReturnType<typeof createHash> } | undefined;
  #stored: StoredPart | undefined;

  constructor(boundary: string, limits: FormLimits) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#step());
  }

  /** Parses one step. @returns whether the buffered bytes may allow another one */
  #step(): boolean {
    if (this.#place === 'end') return false;
    if (this.#place === 'headers') return this.#readHeaders();
    const at = this.#held.indexOf(this.#delimiter);
    if (at < 0) {
      const sure = this.#held.length - this.#delimiter.length;
      if (sure > 0) this.#take(sure);
      return false;
    }
    // The two characters after the delimiter say whether another part follows.
    const after = at + this.#delimiter.length;
    if (this.#held.length < after + 2) return false;
    this.#take(at);
    this.#finishPart();
    this.#place =
      this.#held.toString('latin1', this.#delimiter.length, this.#delimiter.length + 2) === '--' ? 'end' : 'headers';
    this.#held = this.#held.subarray(this.#delimiter.length + (this.#place === 'end' ? 2 : 0));
    return true;
  }

  #take(length: number): void {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    if (this.#place === 'preamble' && (this.#preambleBytes += length) > MOST_HEADERS)
      throw broken('the first boundary is missing');
    if (this.#place !== 'body' || bytes.length === 0) return;
    if (this.#file === undefined) {
      this.#fieldBytes += bytes.length;
      if (this.#fieldBytes > MOST_FIELDS) throw broken('its fields are longer than 64 KB');
      this.#part!.text.push(bytes);
      return;
    }
    this.#file.bytes += bytes.length;
    if (this.#file.bytes > this.#limits.mostBytes) throw tooLarge(this.#limits.mostBytes);
    this.#file.digest.update(bytes);
    try {
      writeAll(this.#file.descriptor, bytes);
    } catch (error) {
      throw writeRefusal(error);
    }
  }

  #readHeaders(): boolean {
    const end = this.#held.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.#held.length > MOST_HEADERS) throw broken('the headers of a part are too long');
      return false;
    }
    const text = this.#held.toString('utf8', 0, end);
    this.#held = this.#held.subarray(end + 4);
    // The delimiter of an empty part follows immediately.
    this.#place = 'body';
    this.#begin(text);
    return true;
  }

  #begin(headers: string): void {
    if (++this.#parts > this.#limits.mostParts)
      throw broken(`it has more than ${this.#limits.mostParts} parts (form_parts)`);
    const name = /^content-disposition:.*?[;\s]name="([^"]*)"/im.exec(headers)?.[1];
    const filename = /^content-disposition:.*?[;\s]filename="([^"]*)"/im.exec(headers)?.[1];
    if (name === undefined) throw broken('a part has no name');
    this.#part = { name, filename, text: [] };
    if (name !== this.#limits.field) return;
    if (filename === undefined) throw broken(`${name} must be a file`);
    if (this.#stored !== undefined) throw broken(`${name} occurs twice`);
    makeFolders(dirname(this.#limits.path));
    const descriptor = openSync(this.#limits.path, 'wx', 0o600);
    this.#file = { descriptor, filename, bytes: 0, digest: createHash('sha256') };
  }

  #finishPart(): void {
    if (this.#file !== undefined) {
      const { filename, bytes, digest, descriptor } = this.#file;
      fsyncSync(descriptor);
      this.#stored = { filename, bytes, sha256: digest.digest('hex') };
      this.close();
    } else if (this.#part !== undefined) {
      this.#fields[this.#part.name] = Buffer.concat(this.#part.text).toString('utf8');
    }
    this.#part = undefined;
  }

  end(): StoredForm {
    if (this.#place !== 'end') throw broken('it ends inside a part');
    refuseUnstorable({ [this.#limits.field]: this.#stored?.filename });
    return { fields: this.#fields, file: this.#stored };
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file.descriptor);
    this.#file = undefined;
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function writeRefusal(error: unknown): unknown {
  if (!FULL.has((error as NodeJS.ErrnoException).code ?? '')) return error;
  const message = 'The server has no space for this file at the moment. Its log has details.';
  return new ApiError(507, { message, code: 'insufficient_storage', headers: { connection: 'close' }, cause: error });
}

function broken(what: string): ApiError {
  return new ApiError(400, { message: `The form cannot be parsed: ${what}.`, code: 'invalid_form' });
}

function tooLarge(mostBytes: number): ApiError {
  const most = `${Math.floor(mostBytes / 1e6)} MB, this server's limit per upload`;
  const message = `The file is larger than ${most}. Upload larger files in parts, through /v1/uploads.`;
  return new ApiError(413, { message, code: 'request_too_large', headers: { connection: 'close' } });
}
