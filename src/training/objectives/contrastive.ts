// S texts, R rows, D width
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { Example, GradedExample, PairExample } from '../../data/example.ts';
import type { Pooling } from '../../models/heads/pooling.ts';
import type { JointLoss, Objective, Processor } from '../objective.ts';
import type { Prepared } from '../../answering/tasks/rows/prepared-rows.ts';
import type { ContrastiveOptions } from './contrastive.options.ts';
import { similarityLosses, type SimilarityLoss, type RelatedTexts } from './similarity-losses.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';

/**
 * Trains text vectors on texts that belong together (Reimers and Gurevych, 2019; losses are named as in
 * sentence-transformers). Losses that compare rows cover the whole step, even if it is computed in parts.
 */
export function create(
  options: ContrastiveOptions,
  processor: Processor,
): Objective<PairExample | GradedExample, RelatedTexts> {
  const represent: JointLoss<RelatedTexts>['represent'] = (model, batch, { runner }) =>
    model.embeddingHead.embed(model.hidden(batch.input, { runner }), model.layoutOf(batch.input));
  const lossOf = (rows: readonly RelatedTexts[]): SimilarityLoss => similarityLosses[chosenLoss(options, rows)];
  const joint: JointLoss<RelatedTexts> = {
    evaluatedTogether: 32,
    represent,
    loss: (vectors, rows, { totals }) => lossOf(rows)(vectors, rows, { ...options, rows: totals.rows }),
  };
  return {
    task: 'embedding',
    accepts: ['pair', 'graded'],
    separable: 'rows of a step are contrasted with each other',
    unit: 'rows',
    joint,
    embedding: options.pooling ? { pooling: POOLINGS[options.pooling] } : undefined,
    prepare: (examples) => prepareTexts(examples, options, processor),
    collate: (rows) => collateRows(rows, { causal: processor.causal }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss: (model, batch, { totals, runner }) =>
      joint.loss(represent(model, batch, { runner }), batch.rows, { model, totals }),
  };
}

const POOLINGS = { mean: 'mean', cls: 'first', max: 'max', lasttoken: 'last' } as const satisfies Record<
  NonNullable<ContrastiveOptions['pooling']>,
  Pooling
>;

type LossName = keyof typeof similarityLosses;

function chosenLoss({ loss }: ContrastiveOptions, rows: readonly RelatedTexts[]): LossName {
  if (loss !== 'auto') return loss;
  return rows.every(({ score }) => score !== undefined) ? 'cosent' : 'multiple_negatives_ranking';
}

/** Kinds of rows that each loss supports. */
const KINDS: Record<LossName, Example['kind']> = {
  multiple_negatives_ranking: 'pair',
  triplet: 'pair',
  cosent: 'graded',
  cosine_similarity: 'graded',
};

async function prepareTexts(
  examples: readonly (PairExample | GradedExample)[],
  options: ContrastiveOptions,
  { tokenizer }: Processor,
): Promise<Prepared<RelatedTexts>> {
  refuseMixed(examples, options);
  const texts = examples.map(textsOf);
  const framed = await tokenizer.encodeFramed(texts.flat().map((text) => ({ text })));
  const problems: Problem[] = [];
  let next = 0;
  const rows = examples.map((example, i): RelatedTexts | undefined => {
    const parts = framed.slice(next, (next += texts[i].length));
    const { id, source } = example;
    if (options.loss === 'triplet' && texts[i].length !== 3) {
      problems.push({
        ...source,
        field: 'negative',
        message: 'must be a single text per row',
        fix: 'give each row one negative, or choose another loss',
      });
      return undefined;
    }
    const ids = Int32Array.from(parts.flatMap((part) => [...part.ids]));
    const typeIds = Int32Array.from(parts.flatMap((part) => [...part.typeIds]));
    const segments = parts.map((part) => part.ids.length);
    const score = example.kind === 'graded' ? { score: example.score } : {};
    return { id, ids, typeIds, trained: new Uint8Array(ids.length), segments, ...score, source };
  });
  return { rows, problems };
}

/** Anchor, positive and negatives, or a pair's two texts. */
function textsOf(example: PairExample | GradedExample): readonly string[] {
  if (example.kind === 'graded') return [example.first, example.second];
  return [example.anchor, example.positive, ...example.negatives];
}

function refuseMixed(examples: readonly Example[], { loss }: ContrastiveOptions): void {
  const wanted = loss === 'auto' ? examples[0]?.kind : KINDS[loss];
  const wrong = examples.find(({ kind }) => kind !== wanted);
  if (wrong === undefined) return;
  throw new AttuneError('E_WRONG_ROWS', {
    what:
      loss === 'auto'
        ? 'Pairs with and without a score cannot be trained on together'
        : `The loss ${loss} cannot use these rows`,
    got: `${wrong.kind} rows (${wrong.source.file}:${wrong.source.line})`,
    expected: `${wanted} rows`,
    fix: 'choose another objective.loss, or train on one of the files',
  });
}
