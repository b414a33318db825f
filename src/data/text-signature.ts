/** Signatures of texts, computed in one place and compared in another. */
import { BANDS, MinHash, SKETCH_WORDS } from './min-hash.ts';
import { shinglesOfText } from './shingles.ts';

/** Everything that finds a text's near-duplicates. */
export interface Signature {
  /** One key per band. */
  keys: Uint32Array;
  sketch: Uint32Array;
  /** Distinct, ascending. */
  shingles: Uint32Array;
}

/** Computes signatures one after the other, each overwriting the last. */
export class TextSigner implements Signature {
  readonly #minHash = new MinHash();
  readonly keys = this.#minHash.keys;
  readonly sketch = this.#minHash.sketch;
  shingles = new Uint32Array();

  sign(text: string): void {
    this.shingles = shinglesOfText(text) as Uint32Array<ArrayBuffer>;
    this.#minHash.sign(this.shingles);
  }
}

const HEAD = BANDS + SKETCH_WORDS;

/** A signature as text. */
export function packSignature({ keys, sketch, shingles }: Signature): string {
  const words = new Uint32Array(HEAD + shingles.length);
  words.set(keys);
  words.set(sketch, BANDS);
  words.set(shingles, HEAD);
  return Buffer.from(words.buffer).toString('base64');
}

export function unpackSignature(text: string): Signature {
  const bytes = Buffer.from(text, 'base64');
  // A small buffer is a slice of a pool, at any offset.
  const words = new Uint32Array(bytes.length / Uint32Array.BYTES_PER_ELEMENT);
  new Uint8Array(words.buffer).set(bytes);
  return { keys: words.subarray(0, BANDS), sketch: words.subarray(BANDS, HEAD), shingles: words.subarray(HEAD) };
}
