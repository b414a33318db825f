import type { Architecture } from '../architecture.ts';
import { defineViT } from './vit.ts';

/** ViT trained by distillation (Touvron et al., 2021). */
export const architecture: Architecture = {
  ...defineViT('deit', 'DeiT', { isDistilled: true }),
  // DeiTForImageClassificationWithTeacher averages two classifiers; the class with a single one ignores both.
  passedOver: () => [/^(cls|distillation)_classifier\./],
};
