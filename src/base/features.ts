/** Output of image and audio processors for one file, independent of the engine. */
export interface Features {
  /**
   * Shape of one row: [channels, height, width], [squares, channels, side, side] or [patches, values] for images;
   * [mel bins, frames] or [samples] for recordings.
   */
  shape: readonly number[];
  /** Rows and columns of an image's squares or patches; absent for an image of a single square. */
  grid?: readonly [rows: number, columns: number];
  /** Rows and columns of the patches of each part of an image, if parts differ in size. */
  grids?: readonly (readonly [rows: number, columns: number])[];
  data: Float32Array;
}
