// R rows, each a text and an image; E width of the shared space
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { ImageTextExample } from '../../data/example.ts';
import type { Model } from '../../models/model.ts';
import { arange, cat } from '../../engine/tensor/index.ts';
import type { Tokenizer } from '../../models/text/index.ts';
import type { JointLoss, Objective, Processor } from '../objective.ts';
import type { MediaReader, Prepared, PreparedRow, ReadRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { ImageTextContrastiveOptions } from './image_text_contrastive.options.ts';
import { captionInput } from '../../answering/tasks/rows/captions.ts';
import { stackFeatures } from '../../models/row-features.ts';
import { pairLosses, type PairLossName } from './pair-losses.ts';

/**
 * Trains image and text vectors on matching pairs. Every row is compared with all others of its step, even if that is
 * computed in parts.
 */
export function create(
  { loss }: ImageTextContrastiveOptions,
  processor: Processor,
): Objective<ImageTextExample, PreparedRow, ReadRow> {
  const media = seeing(processor);
  const joint: JointLoss<ReadRow> = {
    evaluatedTogether: 32,
    represent: pairVectors,
    loss(vectors, rows, { model, totals }) {
      const [texts, images] = vectors.chunk(2, 1);
      const scores = model.contrastiveHead.scores(texts, images); // [R, R]
      const own = arange(rows.length).toDevice(scores.device);
      const [text_accuracy, image_accuracy] = [0, 1].map((axis) => {
        return { sum: scores.argmax(axis).eq(own).sum(), count: rows.length };
      });
      const perRow = pairLosses[loss === 'auto' ? usualLoss(model) : loss](scores);
      return { perRow: perRow.mul(1 / totals.rows), tally: { image_accuracy, text_accuracy } };
    },
  };
  return {
    task: 'contrastive',
    accepts: ['image-text'],
    separable: 'rows of a step are contrasted with each other',
    unit: 'rows',
    joint,
    prepare: (examples) => prepareCaptions(examples, media, processor.tokenizer),
    load: (rows) => media.load(rows),
    collate: (rows) => ({ rows, input: captionInput(rows, processor) }),
    counts: ({ rows }) => ({ rows: rows.length }),
    loss: (model, batch, { totals, runner }) =>
      joint.loss(pairVectors(model, batch, { runner }), batch.rows, { model, totals }),
  };
}

/** Models that judge each pair alone have a bias. */
export function usualLoss({ trunk }: Model): PairLossName {
  return trunk.towers?.bias === undefined ? 'clip' : 'siglip';
}

/** Each row's text and image: [R, 2 E] */
const pairVectors: JointLoss<ReadRow>['represent'] = (model, { input, rows }, { runner }) => {
  const { contrastiveHead: head } = model;
  const images = stackFeatures(rows);
  const texts = head.vectors(model.hidden(input, { runner }), input);
  const seen = model.beside(input, images, () => head.vectors(model.hidden(images, { runner }), images));
  return cat([texts, seen], 1);
};

/** @throws AttuneError E_WRONG_MODEL unless the base model reads images and texts */
function seeing({ media, tokenizer }: Processor): MediaReader {
  if (media?.kind === 'image' && tokenizer.readsText) return media;
  throw new AttuneError('E_WRONG_MODEL', {
    what: 'The objective image_text_contrastive needs a model that reads images and texts',
    expected: 'clip or siglip',
    fix: 'choose another base model',
  });
}

async function prepareCaptions(
  captions: readonly ImageTextExample[],
  media: MediaReader,
  tokenizer: Tokenizer,
): Promise<Prepared> {
  const framed = await tokenizer.encodeFramed(captions.map(({ text }) => ({ text })));
  const problems: Problem[] = [];
  const rows = captions.map(({ id, source, media: file, text }, i) => {
    if (text.trim() === '') {
      problems.push({ ...source, field: 'text', message: 'is empty', fix: 'describe the image, or delete the row' });
      return undefined;
    }
    const { ids } = framed[i];
    return { id, source, media: file, ids, trained: new Uint8Array(ids.length), size: ids.length + media.size(file) };
  });
  return { rows, problems };
}
