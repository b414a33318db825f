import { greatest, smallest } from '../../src/base/many.ts';
import { linearScale, logScale, type Scale } from '../../src/jobs/report/chart/scale.ts';

/** A method in the picture. */
export interface Point {
  name: string;
  /** Position on the horizontal axis. */
  place: number;
  value: number;
  low: number;
  high: number;
}

export interface Panel {
  title: string;
  /** Title of the vertical axis. */
  unit: string;
  /** Title of the horizontal axis. */
  axis: string;
  points: readonly Point[];
  /** A value without a position on the horizontal axis. */
  line?: { name: string; value: number };
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [860, 360, 64, 44, 34];

/** Panels one below another: a logarithmic axis, and quality with its interval. As SVG. */
export function methodsPicture(panels: readonly Panel[]): string {
  const height = HEIGHT * panels.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...panels.map((panel, i) => `<g transform="translate(0 ${i * HEIGHT})">\n${panelOf(panel)}\n</g>`),
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, unit, axis, points, line }: Panel): string {
  const places = points.map(({ place }) => place);
  const x = logScale([smallest(places) / 1.5, greatest(places) * 2.5], { range: [LEFT, WIDTH - 12], ticks: 6 });
  const ends = [...points.flatMap(({ low, high }) => [low, high]), ...(line === undefined ? [] : [line.value])];
  const y = linearScale([smallest(ends), greatest(ends)], { range: [HEIGHT - BOTTOM, TOP], ticks: 6, nice: true });
  return [
    `<text x="${LEFT}" y="18" font-size="13" font-weight="bold">${escaped(title)}</text>`,
    ...y.ticks.map(
      ({ value, label }) =>
        `<path d="M${LEFT} ${at(y, value)}H${WIDTH - 12}" stroke="#ddd"/>` +
        `<text x="${LEFT - 6}" y="${at(y, value, 4)}" text-anchor="end">${label}</text>`,
    ),
    ...x.ticks.map(
      ({ value, label }) =>
        `<text x="${at(x, value)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${label}</text>`,
    ),
    `<text x="${WIDTH - 12}" y="${HEIGHT - 10}" text-anchor="end" fill="#555">${escaped(axis)}</text>`,
    `<text x="${LEFT + 6}" y="${TOP + 4}" fill="#555">${escaped(unit)}</text>`,
    ...(line === undefined ? [] : [lineAcross(line, y)]),
    ...placed(points, x, y),
  ].join('\n');
}

function lineAcross({ name, value }: { name: string; value: number }, y: Scale): string {
  return (
    `<path d="M${LEFT} ${at(y, value)}H${WIDTH - 12}" stroke="#1f5f99" stroke-dasharray="5 4"/>` +
    `<text x="${WIDTH - 16}" y="${at(y, value, -4)}" text-anchor="end">${escaped(name)}</text>`
  );
}

/** Points with their names, which move down to avoid overlaps. */
function placed(points: readonly Point[], x: Scale, y: Scale): string[] {
  const taken: { left: number; top: number }[] = [];
  const isFree = (left: number, top: number) =>
    taken.every((one) => Math.abs(one.left - left) > 78 || Math.abs(one.top - top) > 11);
  return points
    .toSorted((a, b) => y.position(a.value) - y.position(b.value))
    .map(({ name, place, value, low, high }) => {
      const left = x.position(place) + 6;
      let top = y.position(value) + 4;
      while (!isFree(left, top)) top += 4;
      taken.push({ left, top });
      return (
        `<path d="M${at(x, place)} ${at(y, low)}V${at(y, high)}" stroke="#9bb7d4" stroke-width="2"/>` +
        `<circle cx="${at(x, place)}" cy="${at(y, value)}" r="3.2" fill="#1f5f99"/>` +
        `<text x="${left.toFixed(1)}" y="${top.toFixed(1)}">${escaped(name)}</text>`
      );
    });
}

function at(scale: Scale, value: number, shift = 0): string {
  return (scale.position(value) + shift).toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
