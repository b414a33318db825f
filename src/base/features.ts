/** What image and audio processors make of a file: one row's numbers, without any engine. */
export interface Features {
  /** Of one row: [channels, height, width] of an image, or [squares, channels, side, side]; [mel bins, frames] or [samples] of a recording. */
  shape: readonly number[];
  /** Rows and columns of an image's squares; none of an image that is one square. */
  grid?: readonly [rows: number, columns: number];
  data: Float32Array;
}
