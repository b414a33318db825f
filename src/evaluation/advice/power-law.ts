import { randomUnit } from '../../base/random.ts';
import { normalQuantile } from '../../scoring/statistics/normal.ts';

/** Remaining error after a number of rows. */
export interface CurvePoint {
  rows: number;
  /** Distance from perfect: above 0, smaller is better. */
  error: number;
  /** Standard error of it. */
  deviation: number;
}

/** error = scale · rows^-exponent: how learning curves fall on the logarithmic scale (Hestness et al., 2017). */
export interface PowerLaw {
  scale: number;
  /** Not below 0: more rows are not taken to harm. */
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
  /** How fast errors fall, with its interval; one that reaches 0 cannot be told from a level curve. */
  exponent: { value: number; low: number; high: number };
}

/** Least squares on the logarithms, each point by how sure it is. Needs two sizes. */
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

/** An error that is drawn at or below 0 is a hundredth of what was measured: its logarithm has to exist. */
const SMALLEST = 0.01;

/**
 * The errors to expect at other sizes. Intervals come from curves fitted to points drawn anew within their standard
 * errors: they hold what the test rows leave open, not what another training run would.
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
