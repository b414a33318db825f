/** Cost limits of reading one file: files are untrusted, and some are malicious. */
export interface ReadLimits {
  /** Seconds of silence after which a reader is killed. */
  seconds: number;
  /** Maximum resident memory of a reader process, in bytes. */
  memoryBytes: number;
  /** Maximum size of a file that its format cannot stream, such as a PDF. */
  wholeFileBytes: number;
  /** Maximum size of a text that its format needs as a whole, such as HTML: it is in memory several times. */
  wholeTextBytes: number;
  /**
   * Maximum size of a text line or table row; in texts, a character counts as one byte. A value of a .json file may
   * always have 64 MiB.
   */
  lineBytes: number;
  /** Maximum size of an archive with all its contents. */
  unpackedBytes: number;
  entries: number;
  /** Maximum ratio of unpacked to packed bytes, beyond `freeBytes`. */
  ratio: number;
  freeBytes: number;
  /** Maximum nesting of archives. */
  depth: number;
}

export const defaultLimits: ReadLimits = {
  seconds: 30,
  memoryBytes: 1536 * 2 ** 20,
  wholeFileBytes: 256 * 2 ** 20,
  wholeTextBytes: 32 * 2 ** 20,
  lineBytes: 8 * 2 ** 20,
  unpackedBytes: 32 * 2 ** 30,
  entries: 1_000_000,
  ratio: 200,
  freeBytes: 16 * 2 ** 20,
  depth: 3,
};
