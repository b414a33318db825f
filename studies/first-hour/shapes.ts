import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Draws } from './draws.ts';
import type { FirstHourSet } from './set.ts';

const SHAPES = ['circle', 'square', 'triangle', 'cross'] as const;
type Shape = (typeof SHAPES)[number];
const SIDE = 64;

/** Whether a point, relative to the centre and in units of the shape's size, is inside the shape. */
const lies: Record<Shape, (x: number, y: number) => boolean> = {
  circle: (x, y) => x * x + y * y < 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  triangle: (x, y) => y < 0.8 && y > -1 && Math.abs(x) < (y + 1) / 1.9,
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.28 && Math.max(Math.abs(x), Math.abs(y)) < 1,
};

/** Any colour on any other, at any position and size, with noise. */
async function drawImage(draws: Draws, shape: Shape, path: string): Promise<void> {
  const colour = () => [draws.whole(0, 255), draws.whole(0, 255), draws.whole(0, 255)];
  let [back, front] = [colour(), colour()];
  const distance = () => Math.abs(back[0] - front[0]) + Math.abs(back[1] - front[1]) + Math.abs(back[2] - front[2]);
  while (distance() < 200) [back, front] = [colour(), colour()];
  const size = draws.whole(12, 24);
  const [left, top] = [draws.whole(size, SIDE - size), draws.whole(size, SIDE - size)];
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const isFront = lies[shape](((i % SIDE) - left) / size, (Math.floor(i / SIDE) - top) / size);
    for (let c = 0; c < 3; c++) {
      pixels[3 * i + c] = Math.min(255, Math.max(0, (isFront ? front : back)[c] + 40 * (draws.unit() - 0.5)));
    }
  }
  await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toFile(path);
}

export const shapes: FirstHourSet = {
  title: 'shapes in images',
  about: 'A folder for each of four shapes, in any colour, place and size.',
  rows: 200,
  async write(folder, { rows, fresh, seed }) {
    const draws = new Draws(seed, 'shapes');
    const [data, freshFolder] = [join(folder, 'shapes'), join(folder, 'fresh')];
    for (const shape of SHAPES) mkdirSync(join(data, shape), { recursive: true });
    mkdirSync(freshFolder, { recursive: true });
    for (let i = 0; i < rows; i++) {
      const shape = SHAPES[i % SHAPES.length];
      await drawImage(draws, shape, join(data, shape, `${i}.png`));
    }
    const truth: Shape[] = [];
    for (let i = 0; i < fresh; i++) {
      const shape = draws.pick(SHAPES);
      truth.push(shape);
      await drawImage(draws, shape, join(freshFolder, `${String(i).padStart(4, '0')}.png`));
    }
    const ceiling = { metric: 'accuracy', value: 1, because: 'a person tells them apart' };
    return { data, answers: [], fresh: freshFolder, truth, ceiling };
  },
};
