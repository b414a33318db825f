/** Risk–coverage curve: how the error rate falls if only the most confident answers are given. */
import { mean, Resampling, spreadInterval, type Interval } from '../../scoring/statistics/index.ts';

/** An answer with the model's confidence, from 0 to 1, and whether it is wrong. */
export interface JudgedAnswer {
  confidence: number;
  isWrong: boolean;
}

export interface RiskCoverage {
  /** Error rate of the most confident answers, by the share of answers given. */
  points: readonly { coverage: number; risk: number }[];
  /** Mean risk over all coverages. */
  area: Interval;
}

const POINTS = 20;

/** The curve and the area under it (AURC), with a bootstrap interval. Undefined without answers. */
export function riskCoverage(answers: readonly JudgedAnswer[]): RiskCoverage | undefined {
  if (answers.length === 0) return undefined;
  const risks = risksOf(answers);
  const points = Array.from({ length: Math.min(POINTS, risks.length) }, (_, i) => {
    const place = Math.ceil(((i + 1) * risks.length) / Math.min(POINTS, risks.length)) - 1;
    return { coverage: (place + 1) / risks.length, risk: risks[place] };
  });
  const statistic = (rows: Uint32Array) => mean(risksOf(Array.from(rows, (row) => answers[row])));
  return { points, area: spreadInterval(new Resampling(answers.length, { resamples: 500 }).spread(statistic)) };
}

/** Risk after giving the 1, 2, … most confident answers. Ties share their risk. */
function risksOf(answers: readonly JudgedAnswer[]): number[] {
  const sorted = answers.toSorted((a, b) => b.confidence - a.confidence);
  const risks: number[] = [];
  let wrong = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to].confidence === sorted[from].confidence) to++;
    const own = sorted.slice(from, to).filter(({ isWrong }) => isWrong).length;
    for (let i = 1; i <= to - from; i++) risks.push((wrong + (own * i) / (to - from)) / (from + i));
    wrong += own;
    from = to;
  }
  return risks;
}

const BINS = 10;

export interface Calibration {
  /** Expected calibration error over ten bins: mean distance between confidence and accuracy. */
  error: Interval;
  bins: readonly { confidence: number; right: number; answers: number }[];
}

export function calibrationOf(answers: readonly JudgedAnswer[]): Calibration | undefined {
  if (answers.length === 0) return undefined;
  const statistic = (rows: Uint32Array) => errorOf(binsOf(Array.from(rows, (row) => answers[row])));
  return {
    error: spreadInterval(new Resampling(answers.length, { resamples: 500 }).spread(statistic)),
    bins: binsOf(answers),
  };
}

function binsOf(answers: readonly JudgedAnswer[]): Calibration['bins'] {
  const bins = Array.from({ length: BINS }, () => [] as JudgedAnswer[]);
  for (const answer of answers) bins[Math.min(BINS - 1, Math.floor(answer.confidence * BINS))].push(answer);
  return bins
    .filter((own) => own.length > 0)
    .map((own) => ({
      confidence: mean(own.map(({ confidence }) => confidence)),
      right: own.filter(({ isWrong }) => !isWrong).length / own.length,
      answers: own.length,
    }));
}

function errorOf(bins: Calibration['bins']): number {
  const total = bins.reduce((sum, { answers }) => sum + answers, 0);
  return bins.reduce(
    (sum, { confidence, right, answers }) => sum + (answers / total) * Math.abs(confidence - right),
    0,
  );
}
