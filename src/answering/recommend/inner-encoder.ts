// V items of a vocabulary, T tokens of the longest text
import { join } from 'node:path';
import type { CatalogueItem } from '../../data/catalogue.ts';
import { itemTrunkOf, TEXT_ENCODER, type TextEncoderPlan } from '../../models/items/item-model.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import { Tokenizer } from '../../models/text/index.ts';
import { traitsOf } from '../../models/base-traits.ts';
import { cutTo } from '../tasks/answers/cut-rows.ts';
import { textVectors } from '../tasks/answers/vectors.ts';
import { withTexts, type ItemTokens } from './item-catalogue.ts';
import { openModel } from '../model/open-model.ts';

/** A text encoder that becomes part of a recommendation model. */
export interface InnerEncoder {
  plan: TextEncoderPlan;
  tokenizer: Tokenizer;
  tokens: ItemTokens;
  /** Width of a text's vector. */
  width: number;
  /** Moves its weights to their place in the model. */
  moveInto(model: Model): void;
}

/** Opens an encoder to be tuned as part of a recommendation model, and tokenises the items' texts for it. */
export async function openInnerEncoder(
  target: string,
  items: readonly CatalogueItem[],
  signal: AbortSignal,
): Promise<InnerEncoder> {
  const opened = await openModel(target, { as: 'embedding', precision: 'f32' });
  const { model, tokenizer } = opened;
  opened.tuning?.merge();
  const [first] = withTexts(items);
  const [vector] = await textVectors(opened, [first.text], { signal });
  const { maxPositions } = traitsOf(model);
  const tokens = await tokenTexts(tokenizer, items, maxPositions);
  return {
    // Text vectors have unit length, like precomputed ones.
    plan: { config: model.config, embedding: { ...model.embeddingHead.options, normalise: true } },
    tokenizer,
    tokens,
    width: vector.length,
    moveInto(whole) {
      const own = new Map(model.parameters());
      noGrad(() => {
        for (const [path, parameter] of itemTrunkOf(whole).textReader!.encoder.parameters())
          scope(() => parameter.assign(own.get(path)!.tensor.clone()));
      });
      opened.tuning?.dispose();
      model.dispose();
    },
  };
}

/** Minimum room in tokens, since items added later may have longer texts than a catalogue of single words. */
const LEAST_WIDTH = 16;

/** Tokens of the items' texts, truncated to the encoder's limit. @throws AttuneError E_NO_TEXTS */
export async function tokenTexts(
  tokenizer: Tokenizer,
  items: readonly CatalogueItem[],
  most: number,
): Promise<ItemTokens> {
  const described = withTexts(items);
  const framed = await tokenizer.encodeFramed(described.map(({ text }) => ({ text })));
  const whole = framed.map(({ ids }, line) => {
    return { id: String(line), ids, trained: new Uint8Array(ids.length), source: { file: '', line } };
  });
  const rows = cutTo(whole, most, { tokenizer });
  const of = new Map(described.map(({ item }, i) => [item, rows[i].ids.map((id) => id + 1)]));
  const longest = rows.reduce((length, { ids }) => Math.max(length, ids.length), 0);
  const cut = described.filter((_, row) => rows[row].ids.length < framed[row].ids.length);
  return {
    width: Math.min(most, Math.max(longest, LEAST_WIDTH)),
    cut: new Set(cut.map(({ item }) => item)),
    of,
  };
}

/** The tokenizer of a recommendation model's built-in encoder. */
export function innerTokenizer(folder: string): Promise<Tokenizer> {
  return Tokenizer.load(join(folder, TEXT_ENCODER));
}

export function saveInnerTokenizer(folder: string, tokenizer: Tokenizer): void {
  tokenizer.save(join(folder, TEXT_ENCODER));
}
