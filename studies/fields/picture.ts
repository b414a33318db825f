import { greatest, smallest } from '../../src/base/many.ts';
import { escapeHtml } from '../../src/jobs/report/html.ts';
import { linearScale } from '../../src/jobs/report/chart/scale.ts';
import type { ComparedValue } from '../../src/store/results.ts';

export interface FieldPanel {
  title: string;
  /** Title of the metric. */
  unit: string;
  /** Absent for ways that the field does not have. */
  ways: readonly { name: string; value?: ComparedValue; isUsed: boolean }[];
}

const [WIDTH, LEFT, TOP, LINE, BOTTOM] = [430, 134, 44, 20, 32];

/** Every way with its interval, one panel for each field and two per row, as SVG; the recommended way is filled. */
export function fieldsPicture(panels: readonly FieldPanel[]): string {
  const height = TOP + LINE * greatest(panels.map(({ ways }) => ways.length)) + BOTTOM;
  const [across, down] = [2 * WIDTH, Math.ceil(panels.length / 2) * height];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${across} ${down}" font-family="sans-serif" font-size="11">`,
    `<rect width="${across}" height="${down}" fill="#fff"/>`,
    ...panels.map(
      (panel, i) =>
        `<g transform="translate(${(i % 2) * WIDTH} ${Math.floor(i / 2) * height})">\n${panelOf(panel)}\n</g>`,
    ),
    '</svg>\n',
  ].join('\n');
}

function panelOf({ title, unit, ways }: FieldPanel): string {
  const ends = ways.flatMap(({ value }) =>
    value === undefined ? [] : [value.low ?? value.value, value.high ?? value.value],
  );
  const scale = linearScale([smallest(ends, 0), greatest(ends)], { range: [LEFT, WIDTH - 16], ticks: 5, nice: true });
  const at = (value: number) => scale.position(value).toFixed(1);
  const bottom = TOP + LINE * ways.length;
  return [
    `<text x="12" y="18" font-size="13" font-weight="bold">${escapeHtml(title)}</text>`,
    `<text x="12" y="33" fill="#555">${escapeHtml(unit)}</text>`,
    ...scale.ticks.map(
      ({ value, label }) =>
        `<path d="M${at(value)} ${TOP}V${bottom}" stroke="#ddd"/>` +
        `<text x="${at(value)}" y="${bottom + 14}" text-anchor="middle">${label}</text>`,
    ),
    ...ways.map(({ name, value, isUsed }, i) => {
      const y = TOP + LINE * (i + 0.5);
      const label = `<text x="${LEFT - 8}" y="${y + 4}" text-anchor="end"${isUsed ? ' font-weight="bold"' : ''}>${escapeHtml(name)}</text>`;
      if (value === undefined) return `${label}<text x="${LEFT + 6}" y="${y + 4}" fill="#888">—</text>`;
      const { value: estimate, low = estimate, high = estimate } = value;
      return (
        `${label}<path d="M${at(low)} ${y}H${at(high)}" stroke="#9bb7d4" stroke-width="3"/>` +
        `<circle cx="${at(estimate)}" cy="${y}" r="4" fill="${isUsed ? '#1f5f99' : '#fff'}" stroke="#1f5f99" stroke-width="1.5"/>`
      );
    }),
  ].join('\n');
}
