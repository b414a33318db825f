// S texts, R rows, D width
import { aten, cat, fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { LossResult } from '../objective.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';

interface LossOptions {
  scale: number;
  margin: number;
  /** Number of rows of the whole step. */
  rows: number;
}

/** Texts that belong together, with a score if the row has one. */
export interface RelatedTexts extends TextsRow {
  score?: number;
}

/** Each row's share of a loss, given the vectors of all texts [S, D]. */
export type SimilarityLoss = (vectors: Tensor, rows: readonly RelatedTexts[], options: LossOptions) => LossResult;

/** Epsilon of torch.nn.functional.normalize. */
const SMALLEST_NORM = 1e-12;
const WIDEST = 1e12;

/** The losses of sentence-transformers, under its names. */
export const similarityLosses = {
  multiple_negatives_ranking: inBatch,
  triplet,
  cosent,
  cosine_similarity: squaredCosine,
} satisfies Record<string, SimilarityLoss>;

/** In-batch negatives: other rows' positives and all negatives are wrong; cross-entropy of scaled cosines. */
function inBatch(vectors: Tensor, rows: readonly RelatedTexts[], { scale, rows: total }: LossOptions): LossResult {
  const places = textPlaces(rows);
  const unit = normalised(vectors);
  const anchors = pick(
    unit,
    places.map(([anchor]) => anchor),
  );
  const candidates = pick(unit, [
    ...places.map(([, positive]) => positive),
    ...places.flatMap(([, , ...others]) => others),
  ]);
  const scores = anchors.matmul(candidates.transpose(0, 1)).mul(scale); // [R, candidates]
  const wanted = indices(
    rows.map((_, r) => r),
    vectors.device,
  );
  const logProbs = scores.logSoftmax(-1).gather(1, wanted.unsqueeze(1)).squeeze(1);
  const hits = scores.argmax(-1).eq(wanted).sum();
  return { perRow: logProbs.mul(-1 / total), tally: { in_batch_accuracy: { sum: hits, count: rows.length } } };
}

/** The positive must be closer than the negative, by the margin. */
function triplet(vectors: Tensor, rows: readonly RelatedTexts[], { margin, rows: total }: LossOptions): LossResult {
  const places = textPlaces(rows);
  const [anchors, positives, negatives] = [0, 1, 2].map((i) =>
    pick(
      vectors,
      places.map((row) => row[i]),
    ),
  );
  const [near, far] = [positives, negatives].map((others) => distance(anchors, others));
  const losses = aten.relu.default(near.sub(far).add(margin));
  const hits = aten.gt.Tensor(far, near).sum();
  return { perRow: losses.mul(1 / total), tally: { triplet_accuracy: { sum: hits, count: rows.length } } };
}

/** torch.nn.functional.pairwise_distance, whose epsilon keeps the gradient of equal vectors finite. */
function distance(a: Tensor, b: Tensor): Tensor {
  return aten.linalg_vector_norm.default(a.sub(b).add(1e-6), { dim: [1] });
}

/**
 * CoSENT: ln(1 + Σ e^(cosine of i − cosine of j)) over pairs of rows where j has the higher score. The sum is over the
 * whole step, so each row gets an equal share.
 */
function cosent(vectors: Tensor, rows: readonly RelatedTexts[], { scale, rows: total }: LossOptions): LossResult {
  const scores = cosines(vectors, rows).mul(scale); // [R]
  const wanted = wantedScores(rows, vectors);
  const differences = scores.unsqueeze(1).sub(scores.unsqueeze(0)); // [R, R]
  const isOrdered = aten.lt.Tensor(wanted.unsqueeze(1), wanted.unsqueeze(0)).to(vectors.dtype);
  const counted = differences.sub(isOrdered.mul(-1).add(1).mul(WIDEST)).flatten();
  const loss = aten.logsumexp.default(
    cat([fromArray(new Float64Array(1)).to(vectors.dtype).toDevice(vectors.device), counted]),
    [0],
  );
  return { perRow: loss.mul(1 / total).expand(rows.length), tally: {} };
}

/** Squared difference of cosine and score. */
function squaredCosine(vectors: Tensor, rows: readonly RelatedTexts[], { rows: total }: LossOptions): LossResult {
  const errors = cosines(vectors, rows).sub(wantedScores(rows, vectors));
  return { perRow: errors.mul(errors).mul(1 / total), tally: {} };
}

/** Cosine of each row's two texts: [R] */
function cosines(vectors: Tensor, rows: readonly RelatedTexts[]): Tensor {
  const places = textPlaces(rows);
  const unit = normalised(vectors);
  const [first, second] = [0, 1].map((i) =>
    pick(
      unit,
      places.map((row) => row[i]),
    ),
  );
  return first.mul(second).sum(1);
}

function wantedScores(rows: readonly RelatedTexts[], vectors: Tensor): Tensor {
  const values = Float64Array.from(rows, (row) => row.score ?? 0);
  return fromArray(values).to(vectors.dtype).toDevice(vectors.device);
}

/** Indices of each row's texts among the vectors. */
function textPlaces(rows: readonly RelatedTexts[]): number[][] {
  let next = 0;
  return rows.map(({ segments }) => segments.map(() => next++));
}

function pick(vectors: Tensor, places: readonly number[]): Tensor {
  return vectors.indexSelect(0, indices(places, vectors.device));
}

function indices(places: readonly number[], device: string): Tensor {
  return fromArray(BigInt64Array.from(places, BigInt)).toDevice(device);
}

function normalised(vectors: Tensor): Tensor {
  const norm = aten.linalg_vector_norm.default(vectors, { dim: [1], keepdim: true });
  return vectors.div(aten.clamp_min.default(norm, SMALLEST_NORM));
}
