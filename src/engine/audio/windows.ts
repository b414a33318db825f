/** Share of a window, at its end, that is searched for a place to cut. */
const SEARCHED = 1 / 5;
/** Seconds over which loudness is averaged. */
const PAUSE = 0.1;

/** Splits a recording into pieces of at most `longest` samples, cut where it is quietest near the end of each. */
export function windowsOf(samples: Float32Array, options: { longest: number; sampleRate: number }): Float32Array[] {
  const { longest, sampleRate } = options;
  const windows: Float32Array[] = [];
  let start = 0;
  while (samples.length - start > longest) {
    const end = start + quietest(samples.subarray(start, start + longest), Math.round(PAUSE * sampleRate));
    windows.push(samples.subarray(start, end));
    start = end;
  }
  windows.push(samples.subarray(start));
  return windows;
}

/** The middle of the quietest pause in the last part of a window. */
function quietest(window: Float32Array, pause: number): number {
  const first = Math.max(1, Math.floor(window.length * (1 - SEARCHED)));
  const length = Math.min(pause, window.length - first);
  let energy = 0;
  for (let i = first; i < first + length; i++) energy += window[i] ** 2;
  let [best, place] = [energy, first];
  for (let i = first + length; i < window.length; i++) {
    energy += window[i] ** 2 - window[i - length] ** 2;
    if (energy >= best) continue;
    best = energy;
    place = i - length + 1;
  }
  return place + Math.floor(length / 2);
}
