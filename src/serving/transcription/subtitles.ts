/** Formats transcripts as subtitles. */
import type { SpeechSegment } from '../../answering/decoding/index.ts';

/** Formats segments as SubRip. */
export function asSrt(segments: readonly SpeechSegment[]): string {
  return segments
    .map(({ start, end, text }, i) => `${i + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${text.trim()}\n\n`)
    .join('');
}

/** Formats segments as WebVTT. */
export function asVtt(segments: readonly SpeechSegment[]): string {
  const cues = segments.map(
    ({ start, end, text }) => `${clock(start, '.')} --> ${clock(end, '.')}\n${text.trim().replaceAll('-->', '->')}\n\n`,
  );
  return `WEBVTT\n\n${cues.join('')}`;
}

/** `01:02:03,456` */
function clock(seconds: number, comma: ',' | '.'): string {
  const thousandths = Math.round(seconds * 1000);
  const parts = [thousandths / 3_600_000, (thousandths / 60_000) % 60, (thousandths / 1000) % 60].map((part) =>
    String(Math.floor(part)).padStart(2, '0'),
  );
  return `${parts.join(':')}${comma}${String(thousandths % 1000).padStart(3, '0')}`;
}
