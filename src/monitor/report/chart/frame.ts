import { html, type Html } from '../html.ts';
import type { Scale } from './scale.ts';

/** The rectangle of a picture inside which data is drawn, in the picture's own units. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface PictureOptions {
  width: number;
  height: number;
  /** What it is, and what it shows in a sentence or two, for those who hear it. */
  title: string;
  description: string;
}

/** An SVG picture that scales with the page and says what it shows. Titles are unique within a page. */
export function picture({ width, height, title, description }: PictureOptions, content: readonly Html[]): Html {
  const id = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return html`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title ${id}-text">
    <title id="${id}-title">${title}</title>
    <desc id="${id}-text">${description}</desc>
    ${content}
  </svg>`;
}

/** Horizontal grid lines with their values to the left. */
export function verticalAxis(scale: Scale, { left, right }: PlotArea): Html {
  const lines = scale.ticks.map(({ value, label }) => {
    const y = round(scale.position(value));
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${y}" y2="${y}" /><text
        class="tick"
        x="${left - 8}"
        y="${y}"
        dy="0.32em"
        text-anchor="end"
        >${label}</text
      >`;
  });
  return html`<g>${lines}</g>`;
}

/** The base line with tick values below it, and what they count. */
export function horizontalAxis(scale: Scale, { left, right, bottom }: PlotArea, label: string): Html {
  const ticks = scale.ticks.map((tick) => {
    const x = round(scale.position(tick.value));
    return html`<line class="axis" x1="${x}" x2="${x}" y1="${bottom}" y2="${bottom + 4}" /><text
        class="tick"
        x="${x}"
        y="${bottom + 17}"
        text-anchor="middle"
        >${tick.label}</text
      >`;
  });
  return html`<g
    ><line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" />${ticks}<text
      class="label"
      x="${right}"
      y="${bottom + 32}"
      text-anchor="end"
      >${label}</text
    ></g
  >`;
}

/** Two decimals are a hundredth of a pixel: more would only make the file larger. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
