import type { Advised } from '../../app/use-cases/advise.ts';
import { forWindows } from '../../jobs/report/chart/frame.ts';
import { lineChart } from '../../jobs/report/chart/line-chart.ts';
import { seriesTable } from '../../jobs/report/chart/series-table.ts';
import { html } from '../../jobs/report/html.ts';
import { Drawn } from '../parts/drawn.tsx';

type Point = Advised['curve']['points'][number];

/** How good a system becomes with more rows, as measured and as forecast. */
export function LearningCurve({ advice: { curve, comparison } }: { advice: Advised }) {
  const metric = comparison.metrics.find(({ name }) => name === comparison.metric)?.title ?? comparison.metric;
  const series = [
    { name: 'measured', curve: curveOf(curve.points), style: 'dots', tone: 1 },
    { name: 'forecast', curve: curveOf(curve.forecast), style: 'dots', tone: 2 },
  ] as const;
  const about = {
    title: `${metric} of ${curve.system} by training rows`,
    description: series.map(({ name, curve: { points } }) => `${name} for ${points.length} sizes`).join(', '),
    series,
    steps: 'training rows',
    yScale: 'linear' as const,
  };
  const drawn = forWindows((size) => lineChart({ ...about, ...size }));
  if (drawn === undefined) return null;
  return (
    <figure>
      <figcaption>{about.title}</figcaption>
      <Drawn text={html`${drawn} ${seriesTable(series, about)}`.text} />
    </figure>
  );
}

function curveOf(points: readonly Point[]) {
  const placed = points.map(({ rows, value, low = value, high = value }) => ({ step: rows, value, low, high }));
  return { count: placed.length, points: placed };
}
