/** An image in memory: three bytes (red, green, blue) per pixel, row by row from the top left. */
export interface Pixels {
  width: number;
  height: number;
  /** [height · width · 3] */
  data: Uint8Array;
}

/** Height and width. */
export type Size = readonly [number, number];

/** A black image. */
export function blank([height, width]: Size): Pixels {
  return { width, height, data: new Uint8Array(height * width * 3) };
}

/**
 * Centre crop, padded with black. Offsets are those of transformers' `center_crop`, which rounds up when padding and
 * down when cropping.
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

/** Cuts out a rectangle within the image. */
export function cut(image: Pixels, { top, left, size }: { top: number; left: number; size: Size }): Pixels {
  const [height, width] = size;
  const part = blank(size);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * image.width + left) * 3;
    part.data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return part;
}

/** Start of the crop in the image; if negative, start of the image within the crop. */
function offset(length: number, wanted: number): number {
  return length >= wanted ? Math.floor((length - wanted) / 2) : -Math.ceil((wanted - length) / 2);
}
