import type { Architecture } from '../architecture.ts';
import { defineViT } from './vit.ts';

/** ViT trained on little data by distillation (Touvron et al., 2021). */
export const architecture: Architecture = {
  ...defineViT('deit', 'DeiT', { isDistilled: true }),
  // Two classifiers whose mean DeiTForImageClassificationWithTeacher takes; the class with one passes them over.
  passedOver: () => [/^(cls|distillation)_classifier\./],
};
