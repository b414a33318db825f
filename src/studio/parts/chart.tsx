import { useEffect, useRef } from 'preact/hooks';
import type { Options } from 'uplot';
import { formatNumber } from '../../base/format.ts';

export interface Line {
  name: string;
  /** Steps and values, in the order of the steps. */
  points: readonly (readonly [step: number, value: number])[];
  /** Drawn as points, since they are few. */
  isSparse?: boolean;
}

const HEIGHT = 260;
const MOST_ROWS = 60;

/** Lines over steps, with their figures as a table. Colours follow the theme. */
export function Chart({ title, lines }: { title: string; lines: readonly Line[] }) {
  const place = useRef<HTMLDivElement>(null);
  const shown = lines.filter(({ points }) => points.length > 0);
  useEffect(() => {
    if (place.current === null || shown.length === 0) return undefined;
    return draw(place.current, shown);
  }, [lines]);
  if (shown.length === 0) return null;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={place} class="chart" aria-hidden="true" />
      <details>
        <summary>The figures as a table</summary>
        <Figures title={title} lines={shown} />
      </details>
    </figure>
  );
}

/** Drawn again where the width or the theme changes. @returns what removes it */
function draw(place: HTMLElement, lines: readonly Line[]): () => void {
  let plot: { destroy(): void } | undefined;
  let isGone = false;
  const renew = async () => {
    const { default: UPlot } = await import('uplot');
    if (isGone) return;
    plot?.destroy();
    plot = new UPlot(optionsOf(place, lines), dataOf(lines), place);
  };
  const sizes = new ResizeObserver(() => void renew());
  sizes.observe(place);
  const theme = matchMedia('(prefers-color-scheme: dark)');
  const onTheme = () => void renew();
  theme.addEventListener('change', onTheme);
  return () => {
    isGone = true;
    sizes.disconnect();
    theme.removeEventListener('change', onTheme);
    plot?.destroy();
  };
}

function optionsOf(place: HTMLElement, lines: readonly Line[]): Options {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--rule'), width: 1 },
    ticks: { stroke: colour('--rule') },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      { ...axis, label: 'step', labelSize: 20 },
      { ...axis, size: 60, values: (_, values) => values.map((value) => formatNumber(value, 3)) },
    ],
    series: [
      { label: 'step' },
      ...lines.map(({ name, isSparse }, at) => {
        const stroke = colour(`--tone-${(at % 3) + 1}`);
        return {
          label: name,
          stroke,
          width: 2,
          spanGaps: true,
          points: { show: isSparse === true, size: 7, fill: stroke },
        };
      }),
    ],
  };
}

function dataOf(lines: readonly Line[]): [steps: number[], ...values: (number | null)[][]] {
  const steps = [...new Set(lines.flatMap(({ points }) => points.map(([step]) => step)))].toSorted((a, b) => a - b);
  const columns = lines.map(({ points }) => {
    const values = new Map(points);
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}

function Figures({ title, lines }: { title: string; lines: readonly Line[] }) {
  const [steps, ...columns] = dataOf(lines);
  const every = Math.max(1, Math.ceil(steps.length / MOST_ROWS));
  const kept = steps.flatMap((step, at) => (at % every === 0 || at === steps.length - 1 ? [{ step, at }] : []));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th class="number">Step</th>
            {lines.map(({ name }) => (
              <th key={name} class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kept.map(({ step, at }) => (
            <tr key={step}>
              <th class="number">{step}</th>
              {columns.map((values, column) => (
                <td key={column} class="number">
                  {values[at] === null ? '' : formatNumber(values[at]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
