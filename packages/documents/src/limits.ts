/** Cost limits of reading one file: files are untrusted, and some are malicious. */
export interface ReadLimits {
  /** Seconds in which a reader must say something. */
  seconds: number;
  /** Resident bytes of a reader's process. */
  memoryBytes: number;
  /** Bytes of a file that a format cannot stream, such as a PDF. */
  wholeFileBytes: number;
  /** Size of a text that a format needs as a whole, such as HTML: it is in memory several times. */
  wholeTextBytes: number;
  /**
   * Size of one line of a text, or one row of a table; a character counts as one byte in texts. A value of a .json
   * file may always have 64 MiB.
   */
  lineBytes: number;
  /** Size of one archive with all its contents. */
  unpackedBytes: number;
  entries: number;
  /** Unpacked bytes to packed ones, past `freeBytes`. */
  ratio: number;
  freeBytes: number;
  /** Archives within archives. */
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
