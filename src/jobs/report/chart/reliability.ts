import { formatCount, formatNumber, plural } from '../../../base/format.ts';
import { greatest } from '../../../base/many.ts';
import { html, type Html } from '../html.ts';
import {
  horizontalAxis,
  picture,
  rectangle,
  round,
  verticalAxis,
  words,
  type PlotArea,
  type WindowSize,
} from './frame.ts';
import { linearScale, type Scale } from './scale.ts';

/** Answers with a confidence between `from` and `to`: their number, mean confidence, and share of right ones. */
export interface ReliabilityBin {
  from: number;
  to: number;
  rows: number;
  confidence: number;
  accuracy: number;
}

export interface ReliabilityOptions extends Pick<WindowSize, 'width' | 'isNarrow'> {
  title: string;
  description: string;
  bins: readonly ReliabilityBin[];
}

const [HEIGHT, COUNTS_TOP] = [390, 296];

/** Accuracy against confidence, with the diagonal of perfect calibration and the number of rows per bin below. */
export function reliabilityChart({
  title,
  description,
  bins,
  width = 460,
  isNarrow = false,
}: ReliabilityOptions): Html | undefined {
  const filled = bins.filter(({ rows }) => rows > 0);
  if (filled.length === 0) return undefined;
  const area: PlotArea = { left: isNarrow ? 46 : 60, right: width - 16, top: 14, bottom: COUNTS_TOP - 22 };
  const x = linearScale([0, 1], { range: [area.left, area.right], ticks: 5 });
  const y = linearScale([0, 1], { range: [area.bottom, area.top], ticks: 5 });
  const below: PlotArea = { ...area, top: COUNTS_TOP, bottom: HEIGHT - 40 };
  return picture({ width, height: HEIGHT, isNarrow, title, description }, [
    verticalAxis(y, area),
    html`<line
      class="border"
      x1="${x.position(0)}"
      y1="${y.position(0)}"
      x2="${x.position(1)}"
      y2="${y.position(1)}"
    />`,
    words({ kind: 'label', x: area.left + 6, y: area.top + 6 }, 'underconfident'),
    words({ kind: 'label', x: area.right - 4, y: area.bottom - 8, anchor: 'end' }, 'overconfident'),
    points(filled, x, y),
    rowsPerBin(filled, x, below),
    horizontalAxis(x, below, 'confidence'),
  ]);
}

function points(bins: readonly ReliabilityBin[], x: Scale, y: Scale): Html {
  const places = bins.map(({ confidence, accuracy }) => [round(x.position(confidence)), round(y.position(accuracy))]);
  return html`<g class="tone-1">
    <path class="line" d="M${places.map(([left, top]) => `${left} ${top}`).join('L')}" />
    ${places.map(
      ([left, top], i) =>
        html`<circle class="dot" cx="${left}" cy="${top}" r="5">
          <title>
            ${plural(bins[i].rows, 'rows')}, confidence ${formatNumber(bins[i].confidence, 3)}, right
            ${formatNumber(bins[i].accuracy, 3)}
          </title>
        </circle>`,
    )}
  </g>`;
}

function rowsPerBin(bins: readonly ReliabilityBin[], x: Scale, { top, bottom, left }: PlotArea): Html {
  const most = greatest(bins.map(({ rows }) => rows));
  const bars = bins.map(({ from, to, rows }) => {
    const height = ((bottom - top) * rows) / most;
    const [start, end] = [x.position(from) + 0.5, x.position(to) - 0.5];
    return rectangle('bar', { x: start, y: bottom - height, width: Math.max(0.5, end - start), height });
  });
  return html`<g class="tone-quiet">
    ${bars} ${words({ kind: 'tick', x: left - 8, y: top, anchor: 'end', dy: 0.6 }, formatCount(most))}
    ${words({ kind: 'tick', x: left - 8, y: bottom, anchor: 'end' }, 'rows')}
  </g>`;
}
