/** Output of image and audio processors for a file: one row's numbers, without any engine. */
export interface Features {
  /**
   * Shape of one row: [channels, height, width], [squares, channels, side, side] or [patches, values] for images;
   * [mel bins, frames] or [samples] for recordings.
   */
  shape: readonly number[];
  /** Rows and columns of an image's squares or patches; none of an image that is one square. */
  grid?: readonly [rows: number, columns: number];
  data: Float32Array;
}
