import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GrowingArray } from '../base/growing-array.ts';
import { readNumbers, writeNumbers } from '../files/number-files.ts';
import { BANDS } from './min-hash.ts';
import { Sketches } from './sketches.ts';
import type { Signatures } from './prefix-buckets.ts';
import { TextSigner, type Signature } from './text-signature.ts';

const BUFFERED_TEXTS = 8192;
/** Buffer size in shingles: 1 MiB. */
const BUFFERED = 1 << 18;
/** Shingle sets cached in memory, since the texts of a bucket are compared repeatedly. */
const MOST_KEPT = 4096;

/**
 * Signatures and shingle sets of any number of texts, stored in files: one per band, and one for all sets. Memory use
 * is 24 bytes per text, plus 16 while bands are searched.
 */
export class DiskSignatures implements Signatures, Disposable {
  readonly sketches = new Sketches();
  readonly #folder: string;
  readonly #signer = new TextSigner();
  readonly #bands: { descriptor: number; buffer: Uint32Array }[];
  readonly #sets: number;
  readonly #kept = new Map<number, Uint32Array>();
  readonly #buffer = new Uint32Array(BUFFERED);
  #buffered = 0;
  #written = 0;
  /** Offset of each text's set in the file. */
  readonly #offsets = new GrowingArray(Float64Array);
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
    this.#offsets.push(this.#written);
    this.#written += shingles.byteLength;
    this.#count++;
    if (at === BUFFERED_TEXTS - 1) this.#writeKeys(BUFFERED_TEXTS);
  }

  /** Called after all texts have been added and before any comparison. */
  finish(): void {
    this.#writeKeys(this.#count % BUFFERED_TEXTS);
    this.#writeSets();
  }

  keys(band: number, room: Uint32Array): Uint32Array {
    readNumbers(this.#bands[band].descriptor, room, 0);
    return room;
  }

  takesPart(): boolean {
    return true;
  }

  shingles(index: number): Uint32Array {
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const [from, to] = [this.#offsets.at(index), index + 1 < this.#count ? this.#offsets.at(index + 1) : this.#written];
    const shingles = new Uint32Array((to - from) / Uint32Array.BYTES_PER_ELEMENT);
    readNumbers(this.#sets, shingles, from);
    if (this.#kept.size >= MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(index, shingles);
    return shingles;
  }

  [Symbol.dispose](): void {
    for (const { descriptor } of this.#bands) closeSync(descriptor);
    closeSync(this.#sets);
    rmSync(this.#folder, { recursive: true, force: true });
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
