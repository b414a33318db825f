import { randomUnit } from '../../base/random.ts';
import { normalQuantile } from '../../scoring/statistics/normal.ts';

/** Error after training on a number of rows. */
export interface CurvePoint {
  rows: number;
  /** Distance from perfect: above 0, smaller is better. */
  error: number;
  /** Standard error of `error`. */
  deviation: number;
}

/** error = scale · rows^-exponent, the usual form of learning curves (Hestness et al., 2017). */
export interface PowerLaw {
  scale: number;
  /** At least 0: more rows are assumed to do no harm. */
  exponent: number;
}

export interface Forecast {
  rows: number;
  error: number;
  low: number;
  high: number;
}

export interface Outlook {
  forecasts: Forecast[];
  /** Exponent with its interval; if that includes 0, the curve may be flat. */
  exponent: { value: number; low: number; high: number };
}

/** Weighted least squares on the logarithms; each point is weighted by its certainty. Needs two sizes. */
export function fitPowerLaw(points: readonly CurvePoint[]): PowerLaw {
  const terms = points.map(({ rows, error, deviation }) => {
    const weight = deviation > 0 ? (error / deviation) ** 2 : 1e6;
    return { x: Math.log(rows), y: Math.log(error), weight };
  });
  const total = terms.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (valueOf: (term: { x: number; y: number }) => number) =>
    terms.reduce((sum, term) => sum + term.weight * valueOf(term), 0) / total;
  const [x, y] = [mean((term) => term.x), mean((term) => term.y)];
  const spread = mean((term) => (term.x - x) ** 2);
  const slope = spread === 0 ? 0 : mean((term) => (term.x - x) * (term.y - y)) / spread;
  const exponent = Math.max(0, -slope);
  return { scale: Math.exp(y + exponent * x), exponent };
}

export interface ForecastOptions {
  confidence?: number;
  seed?: number;
  draws?: number;
}

/** Floor for resampled errors, as a share of the measured error, so that their logarithm exists. */
const SMALLEST = 0.01;

/**
 * Expected errors at other sizes. The intervals come from curves fitted to points resampled within their standard
 * errors: they cover the uncertainty of the test rows, not the variation between training runs.
 */
export function foretell(
  points: readonly CurvePoint[],
  sizes: readonly number[],
  { confidence = 0.95, seed = 0, draws = 2000 }: ForecastOptions = {},
): Outlook {
  const at = ({ scale, exponent }: PowerLaw, rows: number) => scale * rows ** -exponent;
  const laws = Array.from({ length: draws }, (_, draw) =>
    fitPowerLaw(
      points.map((point, i) => {
        const shift = normalQuantile(randomUnit([seed, 'learning-curve', draw], i)) * point.deviation;
        return { ...point, error: Math.max(SMALLEST * point.error, point.error + shift) };
      }),
    ),
  );
  const law = fitPowerLaw(points);
  const tail = (1 - confidence) / 2;
  const range = (valueOf: (law: PowerLaw) => number) => {
    const values = Float64Array.from(laws, valueOf).sort();
    const level = (share: number) => values[Math.round(share * (values.length - 1))];
    return { low: level(tail), high: level(1 - tail) };
  };
  return {
    forecasts: sizes.map((rows) => ({ rows, error: at(law, rows), ...range((one) => at(one, rows)) })),
    exponent: { value: law.exponent, ...range(({ exponent }) => exponent) },
  };
}
