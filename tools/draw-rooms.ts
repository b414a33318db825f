/**
 * `node tools/draw-rooms.ts` writes docs/rooms.svg: the rooms of src/ with the number of imports between them. Each
 * room is above those it imports, so all numbers are on one side of the diagonal.
 */
import { writeFileSync } from 'node:fs';
import { ROWS, roomOf } from './check/layers.ts';
import { listFiles, readImports } from './check/source-files.ts';

const CELL = 46;
const LEFT = 190;
const TOP = 96;
const INK = '#1f2933';

const root = process.cwd();
const files = listFiles(root, ['src'], ['.ts', '.tsx']);
const roomOfFile = (file: string): string => file.split('/')[1];
/** The top room first; a room with subfolders in several rows takes the place of its last one. */
const rooms = [...new Set(ROWS.flat().map(roomOf).toReversed())];
const counts = new Map<string, number>();
const sizes = new Map<string, number>();
for (const file of files) {
  const from = roomOfFile(file);
  sizes.set(from, (sizes.get(from) ?? 0) + 1);
  for (const { target } of readImports(root, file)) {
    if (target === undefined || !target.startsWith('src/') || roomOfFile(target) === from) continue;
    const key = `${from} ${roomOfFile(target)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
writeFileSync('docs/rooms.svg', draw());
console.log('docs/rooms.svg');

function draw(): string {
  const width = LEFT + rooms.length * CELL + 20;
  const height = TOP + rooms.length * CELL + 20;
  const most = Math.log(1 + rooms.length * 100);
  const parts = rooms.flatMap((from, row) => {
    const y = TOP + row * CELL;
    const cells = rooms.map((to, column) => {
      const x = LEFT + column * CELL;
      if (from === to) return box(x, y, '#cbd2d9');
      const count = counts.get(`${from} ${to}`);
      if (count === undefined) return box(x, y, '#f5f7fa');
      const share = Math.min(1, Math.log(1 + count) / most);
      return box(x, y, `hsl(205 70% ${90 - 45 * share}%)`) + label(x + CELL / 2, y + CELL / 2 + 4, count, share > 0.6);
    });
    const name = `<text x="${LEFT - 10}" y="${y + CELL / 2 + 5}" text-anchor="end" font-weight="600">${from}</text>`;
    const size = `<text x="12" y="${y + CELL / 2 + 5}" fill="#7b8794" font-size="11">${sizes.get(from) ?? 0} files</text>`;
    return [size, name, ...cells];
  });
  const heads = rooms.map((to, column) => {
    const x = LEFT + column * CELL + CELL / 2 + 4;
    return `<text transform="translate(${x} ${TOP - 8}) rotate(-50)">${to}</text>`;
  });
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="13" fill="${INK}">
<title>Rooms of src/: each row imports the rooms to its right, so many times</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${[...heads, ...parts].join('\n')}
</svg>
`;
}

function box(x: number, y: number, fill: string): string {
  return `<rect x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="4" fill="${fill}"/>`;
}

function label(x: number, y: number, count: number, isDark: boolean): string {
  return `<text x="${x}" y="${y}" text-anchor="middle" font-size="12" fill="${isDark ? '#ffffff' : INK}">${count}</text>`;
}
