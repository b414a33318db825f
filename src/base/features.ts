/** What image and audio processors make of a file: one row's numbers, without any engine. */
export interface Features {
  /** Of one row: [channels, height, width] of an image, [mel bins, frames] or [samples] of a recording. */
  shape: readonly number[];
  data: Float32Array;
}
