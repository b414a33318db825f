import { AttuneError } from '../../base/errors.ts';
import { TEXT_ENCODER, textReaderOf } from '../../models/items/item-model.ts';
import type { Model } from '../../models/model.ts';
import type { Tuning } from '../../methods/interfaces.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';

/** Towers start with new weights, but the encoder is pre-trained and would be destroyed by equally large steps. */
const USUAL = 0.01;

/**
 * Sets the learning rate of the item text encoder to its share. @throws AttuneError E_OPTION_IDLE if a share is given
 * and no encoder is tuned
 */
export function paceTextEncoder(model: Model, { trainables }: Tuning, recipe: Recipe): void {
  const { objective } = recipe;
  const given = ('text_encoder_rate' in objective ? objective.text_encoder_rate : null) ?? undefined;
  const own = trainables.filter(({ name }) => name.includes(`.${TEXT_ENCODER}.`));
  for (const trainable of own) trainable.rate = (trainable.rate ?? 1) * (given ?? USUAL);
  if (given === undefined || own.length > 0) return;
  throw new AttuneError('E_OPTION_IDLE', {
    what:
      textReaderOf(model.trunk) === undefined
        ? 'The text encoder is not part of this model: its item vectors are precomputed and fixed'
        : 'This tuning trains no weight of the text encoder',
    got: `objective.text_encoder_rate: ${given}`,
    fix:
      textReaderOf(model.trunk) === undefined
        ? 'remove it, or create the model with --tune-text-encoder: attune models create two_tower --help'
        : 'remove it, or choose tuning: lora or full',
  });
}
