/** What reading one file may cost before it is given up: files come from anywhere, and some are made to do harm. */
export interface ReadLimits {
  /** Seconds in which a reader must say something. */
  seconds: number;
  /** Resident bytes of a reader's process. */
  memoryBytes: number;
  /** Bytes of a file that a format cannot stream, such as a PDF. */
  wholeFileBytes: number;
  /** Of a text that a format must have whole, such as HTML: it is in memory several times over. */
  wholeTextBytes: number;
  /** Of one line of a text, or one row of a table; a character counts as one byte in texts. A value of a .json file may always have 64 MiB. */
  lineBytes: number;
  /** Of one archive with all that lies in it. */
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
