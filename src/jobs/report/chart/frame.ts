import { html, type Html } from '../html.ts';
import type { Scale } from './scale.ts';

/** The area of a picture in which data is drawn, in the picture's units. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface PictureOptions {
  width: number;
  height: number;
  /** Variant for narrow windows, in which the wide one would be illegible. */
  isNarrow?: boolean;
  /** Title and description of the chart, for screen readers. */
  title: string;
  description: string;
}

/** A scalable SVG picture with an accessible title and description. Titles are unique within a page. */
export function picture(
  { width, height, isNarrow = false, title, description }: PictureOptions,
  content: readonly Html[],
): Html {
  const id = `${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}${isNarrow ? '-narrow' : ''}`;
  const kind = isNarrow ? 'narrow' : 'wide';
  return html`<svg class="picture ${kind}" viewBox="0 0 ${width} ${height}" role="img" ${nameOf(id)}>
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">${description}</desc>
    ${content}
  </svg>`;
}

function nameOf(id: string): Html {
  return html`aria-labelledby="${id}-title ${id}-text"`;
}

/** Size of a chart in a wide or narrow window. */
export interface WindowSize {
  width?: number;
  height?: number;
  isNarrow?: boolean;
}

const NARROW: WindowSize = { width: 320, isNarrow: true };

/** Draws a picture for wide and for narrow windows; the page's styles show the one that fits. */
export function forWindows(draw: (size: WindowSize) => Html | undefined, wide: WindowSize = {}): Html | undefined {
  const pictures = [draw(wide), draw(NARROW)].filter((one) => one !== undefined);
  return pictures.length === 0 ? undefined : html`${pictures}`;
}

/** Position and style class of a text. `end`: right-aligned. */
export interface WordsPlace {
  kind: string;
  x: number;
  y: number;
  anchor?: 'start' | 'middle' | 'end';
  /** Vertical shift in em. */
  dy?: number;
}

export function words({ kind, x, y, anchor = 'start', dy = 0 }: WordsPlace, content: string | Html): Html {
  const [left, top] = [round(x), round(y)];
  return html`<text class="${kind}" x="${left}" y="${top}" dy="${dy}em" text-anchor="${anchor}">${content}</text>`;
}

export function standingLine(kind: string, x: number, [from, to]: readonly [number, number]): Html {
  return html`<line class="${kind}" x1="${round(x)}" x2="${round(x)}" y1="${round(from)}" y2="${round(to)}" />`;
}

/** A box with slightly rounded corners. */
export function rectangle(
  kind: string,
  box: { x: number; y: number; width: number; height: number },
  content?: Html,
): Html {
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(round);
  return html`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="1.5">${content}</rect>`;
}

function lyingLine(kind: string, y: number, [from, to]: readonly [number, number]): Html {
  return html`<line class="${kind}" x1="${round(from)}" x2="${round(to)}" y1="${round(y)}" y2="${round(y)}" />`;
}

/** Horizontal grid lines with their values to the left. */
export function verticalAxis(scale: Scale, { left, right }: PlotArea): Html {
  const lines = scale.ticks.map(({ value, label }) => {
    const y = scale.position(value);
    return [
      lyingLine('grid', y, [left, right]),
      words({ kind: 'tick', x: left - 8, y, anchor: 'end', dy: 0.32 }, label),
    ];
  });
  return html`<g>${lines}</g>`;
}

/** The base line with tick labels and the unit below it. */
export function horizontalAxis(scale: Scale, { left, right, bottom }: PlotArea, label: string): Html {
  const ticks = scale.ticks.map((tick) => {
    const x = scale.position(tick.value);
    return [
      standingLine('axis', x, [bottom, bottom + 4]),
      words({ kind: 'tick', x, y: bottom + 17, anchor: 'middle' }, tick.label),
    ];
  });
  return html`<g>
    ${lyingLine('axis', bottom, [left, right])} ${ticks}
    ${words({ kind: 'label', x: right, y: bottom + 32, anchor: 'end' }, label)}
  </g>`;
}

/** Two decimals are a hundredth of a pixel; more would only enlarge the file. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
