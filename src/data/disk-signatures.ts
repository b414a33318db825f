import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readNumbers, writeNumbers } from '../files/number-files.ts';
import { PagedNumbers } from '../files/paged-numbers.ts';
import { BANDS } from './min-hash.ts';
import { Sketches } from './sketches.ts';
import type { Signatures } from './prefix-buckets.ts';
import { TextSigner, type Signature } from './text-signature.ts';

const BUFFERED_TEXTS = 8192;
/** Buffer size in shingles: 1 MiB. */
const BUFFERED = 1 << 18;
/** Shingle sets cached in memory, since the texts of a bucket are compared repeatedly. */
const MOST_KEPT = 4096;
/** Sketches are read at random: those of a million texts are kept. */
const SKETCH_BYTES = 16 * 2 ** 20;

/** Signatures and shingle sets of any number of texts, stored in files: one per band, and one for all sets. */
export class DiskSignatures implements Signatures, Disposable {
  readonly sketches = new Sketches(SKETCH_BYTES);
  readonly #folder: string;
  readonly #signer = new TextSigner();
  readonly #bands: { descriptor: number; buffer: Uint32Array }[];
  readonly #sets: number;
  readonly #kept = new Map<number, Uint32Array>();
  readonly #buffer = new Uint32Array(BUFFERED);
  #buffered = 0;
  #written = 0;
  /** End of each text's set in the file, in numbers: its lower and its upper half. */
  readonly #ends = new PagedNumbers();
  #count = 0;

  /** @param parent an existing folder */
  constructor(parent: string) {
    this.#folder = mkdtempSync(join(parent, 'signatures-'));
    const open = (name: string): number => openSync(join(this.#folder, name), 'w+');
    this.#sets = open('sets');
    this.#bands = Array.from({ length: BANDS }, (_, band) => {
      return { descriptor: open(`band-${band}`), buffer: new Uint32Array(BUFFERED_TEXTS) };
    });
  }

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#signer.sign(text);
    this.addSigned(this.#signer);
  }

  addSigned({ keys, sketch, shingles }: Signature): void {
    const at = this.#count % BUFFERED_TEXTS;
    this.sketches.set(this.#count, sketch);
    for (let band = 0; band < BANDS; band++) this.#bands[band].buffer[at] = keys[band];
    if (this.#buffered + shingles.length > BUFFERED) this.#writeSets();
    if (shingles.length > BUFFERED) writeNumbers(this.#sets, shingles);
    else {
      this.#buffer.set(shingles, this.#buffered);
      this.#buffered += shingles.length;
    }
    this.#written += shingles.length;
    this.#ends.push(this.#written);
    this.#ends.push(Math.floor(this.#written / 2 ** 32));
    this.#count++;
    if (at === BUFFERED_TEXTS - 1) this.#writeKeys(BUFFERED_TEXTS);
  }

  /** Called after all texts have been added and before any comparison. */
  finish(): void {
    this.#writeKeys(this.#count % BUFFERED_TEXTS);
    this.#writeSets();
  }

  *keys(band: number): Generator<Uint32Array, void, undefined> {
    const { descriptor, buffer } = this.#bands[band];
    for (let from = 0; from < this.#count; from += BUFFERED_TEXTS) {
      const keys = buffer.subarray(0, this.#count - from);
      readNumbers(descriptor, keys, from * Uint32Array.BYTES_PER_ELEMENT);
      yield keys;
    }
  }

  takesPart(): boolean {
    return true;
  }

  shingles(index: number): Uint32Array {
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const from = index === 0 ? 0 : this.#end(index - 1);
    const shingles = new Uint32Array(this.#end(index) - from);
    readNumbers(this.#sets, shingles, from * Uint32Array.BYTES_PER_ELEMENT);
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(index, shingles);
    return shingles;
  }

  [Symbol.dispose](): void {
    this.sketches[Symbol.dispose]();
    this.#ends[Symbol.dispose]();
    for (const { descriptor } of this.#bands) closeSync(descriptor);
    closeSync(this.#sets);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #end(index: number): number {
    return this.#ends.at(2 * index) + 2 ** 32 * this.#ends.at(2 * index + 1);
  }

  #writeKeys(count: number): void {
    for (const { descriptor, buffer } of this.#bands) {
      writeNumbers(descriptor, buffer.subarray(0, count));
    }
  }

  #writeSets(): void {
    writeNumbers(this.#sets, this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }
}
