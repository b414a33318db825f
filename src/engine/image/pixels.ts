/** An image in memory: three bytes (red, green, blue) a pixel, row by row from the top left. */
export interface Pixels {
  width: number;
  height: number;
  /** [height · width · 3] */
  data: Uint8Array;
}

/** Height and width. */
export type Size = readonly [number, number];

/** Black where nothing was drawn. */
export function blank([height, width]: Size): Pixels {
  return { width, height, data: new Uint8Array(height * width * 3) };
}

/**
 * The middle of an image; what lies outside of it is black. Offsets are those of transformers' `center_crop`, which
 * rounds them up where it pads and down where it cuts.
 */
export function centreCrop(image: Pixels, [height, width]: Size): Pixels {
  const cropped = blank([height, width]);
  const top = offset(image.height, height);
  const left = offset(image.width, width);
  const columns = Math.min(image.width, width);
  const [from, to] = [Math.max(left, 0), Math.max(-left, 0)];
  for (let row = 0; row < height; row++) {
    const y = row + top;
    if (y < 0 || y >= image.height) continue;
    const start = (y * image.width + from) * 3;
    cropped.data.set(image.data.subarray(start, start + columns * 3), (row * width + to) * 3);
  }
  return cropped;
}

/** A part of an image that lies within it. */
export function cut(image: Pixels, { top, left, size }: { top: number; left: number; size: Size }): Pixels {
  const [height, width] = size;
  const part = blank(size);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * 3;
    part.data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return part;
}

/** Where the crop begins in the image; negative: how far the image begins inside of the crop. */
function offset(length: number, wanted: number): number {
  return length >= wanted ? Math.floor((length - wanted) / 2) : -Math.ceil((wanted - length) / 2);
}
