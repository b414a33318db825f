import { defineWav2Vec2 } from './wav2vec2.ts';

/** wav2vec 2.0's network, pre-trained to predict clustered hidden units (Hsu et al., 2021). */
export const architecture = defineWav2Vec2('hubert', 'Hubert');
