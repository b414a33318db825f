import type { Advised } from '../../app/use-cases/advise.ts';
import { lineFigure } from '../../jobs/report/chart/line-figure.ts';
import { Drawn } from '../parts/drawn.tsx';

type Point = Advised['curve']['points'][number];

/** Quality of a system by number of rows, measured and forecast. */
export function LearningCurve({ advice: { curve, comparison } }: { advice: Advised }) {
  const metric = comparison.metrics.find(({ name }) => name === comparison.metric)?.title ?? comparison.metric;
  const series = [
    { name: 'measured', curve: curveOf(curve.points), style: 'dots', tone: 1 },
    { name: 'forecast', curve: curveOf(curve.forecast), style: 'dots', tone: 2 },
  ] as const;
  const title = `${metric} of ${curve.system} by training rows`;
  const drawn = lineFigure({
    title,
    caption: title,
    description: series.map(({ name, curve: { points } }) => `${name} for ${points.length} sizes`).join(', '),
    series,
    steps: 'training rows',
    yScale: 'linear',
  });
  return drawn === undefined ? null : <Drawn text={drawn.text} />;
}

function curveOf(points: readonly Point[]) {
  const placed = points.map(({ rows, value, low = value, high = value }) => ({ step: rows, value, low, high }));
  return { count: placed.length, points: placed };
}
