/** Audio decoding and feature extraction. */
export { decodeAudio } from './decode.ts';
export { audioProcessor, type AudioProcessor, type Spectrogram } from './processor.ts';
export { mono, type Recording } from './recording.ts';
export { resample } from './resample.ts';
export { windowsOf } from './windows.ts';
