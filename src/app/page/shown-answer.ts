import { formatNumber, formatPercent } from '../../base/format.ts';
import type { PredictedRow } from '../predict.ts';

/** An answer as the page shows it. */
export interface ShownAnswer {
  /** The answer itself, in large type. */
  headline?: string;
  /** Parts of the text in order; those with a label are highlighted. */
  parts?: { text: string; label?: string }[];
  /** Most likely first; `share` (0 to 1) is the length of the bar, if it has one. */
  bars?: { label: string; figure: string; share?: number; isChosen?: boolean }[];
  note?: string;
}

const MOST_BARS = 12;

/** A prediction about a text, an image or a recording. */
export function shownPrediction(predicted: PredictedRow, text = ''): ShownAnswer {
  const { prediction, probabilities, spans, stretch, cut } = predicted;
  if (spans !== undefined) return shownSpans(spans, text);
  if (stretch !== undefined) {
    const isGiven = prediction !== null;
    return {
      headline: isGiven ? String(prediction) : 'no answer in this text',
      parts: isGiven ? partsOf(text, [{ ...stretch, label: 'answer' }]) : undefined,
    };
  }
  if (probabilities !== undefined) return shownClasses(prediction, probabilities);
  if (typeof prediction === 'number') return { headline: formatNumber(prediction, 6) };
  return { headline: String(prediction ?? ''), ...(cut === true && { note: 'stopped at the token limit' }) };
}

function shownClasses(
  prediction: PredictedRow['prediction'],
  probabilities: Readonly<Record<string, number>>,
): ShownAnswer {
  const chosen = new Set([prediction ?? []].flat().map(String));
  const sorted = Object.entries(probabilities).toSorted(([, a], [, b]) => b - a);
  const bars = sorted.slice(0, MOST_BARS).map(([label, share]) => {
    return { label, share, figure: formatPercent(share), isChosen: chosen.has(label) };
  });
  const rest = sorted.length - bars.length;
  return {
    headline: chosen.size === 0 ? 'none of the labels' : [...chosen].join(', '),
    bars,
    ...(rest > 0 && { note: `and ${rest} less likely labels` }),
  };
}

function shownSpans(spans: NonNullable<PredictedRow['spans']>, text: string): ShownAnswer {
  return { parts: partsOf(text, spans), ...(spans.length === 0 && { note: 'nothing was found in this text' }) };
}

/** Splits a text at its spans; positions count code points. */
function partsOf(
  text: string,
  stretches: readonly { start: number; end: number; label: string }[],
): NonNullable<ShownAnswer['parts']> {
  const letters = [...text];
  const parts: NonNullable<ShownAnswer['parts']> = [];
  let at = 0;
  for (const { start, end, label } of stretches.toSorted((a, b) => a.start - b.start)) {
    if (start < at) continue;
    if (start > at) parts.push({ text: letters.slice(at, start).join('') });
    parts.push({ text: letters.slice(start, end).join(''), label });
    at = end;
  }
  if (at < letters.length) parts.push({ text: letters.slice(at).join('') });
  return parts;
}

/** Texts by score, best first. */
export function shownScores(scores: readonly { label: string; score: number }[], most = MOST_BARS): ShownAnswer {
  const sorted = scores.toSorted((a, b) => b.score - a.score).slice(0, most);
  return {
    bars: sorted.map(({ label, score }, i) => {
      return {
        label,
        figure: score.toFixed(3),
        share: Math.min(1, Math.max(0, score)),
        isChosen: i === 0 && scores.length > 1,
      };
    }),
  };
}
