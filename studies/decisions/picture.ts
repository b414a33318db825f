import { linearScale } from '../../src/jobs/report/chart/scale.ts';
import type { ReliabilityBin } from '../../src/jobs/report/chart/reliability.ts';

export interface ReliabilityPanel {
  title: string;
  bins: readonly ReliabilityBin[];
}

const [SIZE, MARGIN, TOP] = [300, 44, 34];

/**
 * Share of right answers against confidence, two panels per row, as SVG; a point's area grows with its number of
 * answers.
 */
export function reliabilityPicture(panels: readonly ReliabilityPanel[]): string {
  const [width, height] = [2 * SIZE, Math.ceil(panels.length / 2) * SIZE];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...panels.map(
      (panel, i) => `<g transform="translate(${(i % 2) * SIZE} ${Math.floor(i / 2) * SIZE})">\n${panelOf(panel)}\n</g>`,
    ),
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, bins }: ReliabilityPanel): string {
  const [left, right, bottom] = [MARGIN, SIZE - 12, SIZE - MARGIN];
  const x = linearScale([0, 1], { range: [left, right], ticks: 5 });
  const y = linearScale([0, 1], { range: [bottom, TOP], ticks: 5 });
  const answers = bins.reduce((sum, { rows }) => sum + rows, 0);
  const dots = bins
    .filter(({ rows }) => rows > 0)
    .map(({ confidence, accuracy, rows }) => {
      const [cx, cy] = [x.position(confidence).toFixed(1), y.position(accuracy).toFixed(1)];
      return `<circle cx="${cx}" cy="${cy}" r="${(2 + 14 * Math.sqrt(rows / answers)).toFixed(1)}" fill="#2563eb" fill-opacity="0.6"/>`;
    });
  return [
    `<text x="${left}" y="18" font-size="12" font-weight="bold">${title}</text>`,
    ...y.ticks.map(
      ({ value, label }) =>
        `<path d="M${left} ${y.position(value).toFixed(1)}H${right}" stroke="#ddd"/>` +
        `<text x="${left - 6}" y="${(y.position(value) + 4).toFixed(1)}" text-anchor="end">${label}</text>`,
    ),
    ...x.ticks.map(
      ({ value, label }) =>
        `<text x="${x.position(value).toFixed(1)}" y="${bottom + 16}" text-anchor="middle">${label}</text>`,
    ),
    `<path d="M${left} ${bottom}L${right} ${TOP}" stroke="#888" stroke-dasharray="4 3"/>`,
    `<text x="${right}" y="${SIZE - 12}" text-anchor="end" fill="#555">confidence; share right above it</text>`,
    ...dots,
  ].join('\n');
}
