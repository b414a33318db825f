import { mediaText } from '../formats/media-rows.ts';
import type { MediaFile } from '../media.ts';
import { defineKind, type Provenance } from './kind.ts';

/** An image and a text that describes it. */
export interface ImageTextExample extends Provenance {
  kind: 'image-text';
  media: MediaFile;
  text: string;
}

export const imageText = defineKind<ImageTextExample, 'image_text', 'image-retrieval'>({
  name: 'image-text',
  formats: { image_text: mediaText('image', 'image-text') },
  text: (example) => `${example.media.hash}\n${example.text}`,
  files: ({ media }) => [media],
  row: (example) => ({ [example.media.kind]: example.media.path, text: example.text }),
  cut: 'end',
  prompt: () => '',
  answer: (example) => example.text,
  forms: {
    'image-retrieval': {
      metrics: ['mrr', 'recall_at_1', 'recall_at_10', 'image_recall_at_1', 'image_recall_at_10'],
      inWords: 'texts and images to find',
      // Texts are retrieved rather than generated.
      hasLikelihood: false,
    },
  },
  objective: { name: 'image_text_contrastive', remark: 'images close to their texts' },
  needs: () => ({ reads: 'image', tasks: ['contrastive'] }),
  layout: 'file',
});
