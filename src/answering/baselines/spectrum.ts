import { audioProcessor } from '../../engine/audio/index.ts';
import { mediaLogistic } from './media-logistic.ts';

const BANDS = 40;
/** Number of time segments of a recording. */
const STRETCHES = 4;

const processor = audioProcessor({
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: BANDS,
  chunk_length: 30,
});

/** Logistic regression on the mean loudness of frequency bands in each quarter of a recording. */
export const spectrum = mediaLogistic({
  name: 'spectrum',
  title: 'mean spectrum + logistic regression',
  kind: 'audio',
  async featuresOf(bytes) {
    const samples = (await processor.read(bytes)).subarray(0, processor.longest);
    const { data, shape } = processor.features(samples);
    // Excludes the padding to thirty seconds.
    const frames = Math.max(STRETCHES, Math.ceil((shape[1] * samples.length) / (processor.longest ?? samples.length)));
    const means = new Float64Array(BANDS * STRETCHES);
    for (let band = 0; band < BANDS; band++) {
      for (let frame = 0; frame < frames; frame++) {
        const stretch = Math.floor((frame * STRETCHES) / frames);
        means[band * STRETCHES + stretch] += (data[band * shape[1] + frame] * STRETCHES) / frames;
      }
    }
    return means;
  },
});
