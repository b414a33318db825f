/** Parses the first line of a message in a WhatsApp export, as written by phones in many countries. */

export interface ChatLine {
  /** The three numbers of the date, in order. */
  date: [string, string, string];
  /** Separator of the date's numbers. */
  separator: string;
  /** Hours, minutes and, on some phones, seconds. */
  time: [string, string, string?];
  half?: 'am' | 'pm';
  /** Author and text, or a service message. */
  rest: string;
  /** Whether the phone wrote the text: iOS puts a direction mark before "image omitted" in any language. */
  isPlaceholder: boolean;
}

/** AM or PM in several languages, before or after the time. */
const HALF = String.raw`[ap]\.? ?m\.?|上午|下午|午前|午後|오전|오후|[صم]|π\.μ\.|μ\.μ\.|de\. |du\. |öö|ös|sa|ch|ก่อนเที่ยง|หลังเที่ยง|पूर्वाह्न|अपराह्न`;
const AFTERNOON = /^(?:p|下午|午後|오후|م|μ|du|ös|ch|หลัง|अपराह्न)/i;

/**
 * "12/31/23, 10:15 PM - Name: text" on Android, "[31.12.23, 22:15:03] Name: text" on iOS, "2023. 12. 31. 오후 10:15,
 * Name: text" and others. Direction marks are removed before.
 */
const LINE = new RegExp(
  String.raw`^(?<open>\[)?(?<a>\d{1,4})(?<mark>[./-]) ?(?<b>\d{1,2})\k<mark> ?(?<c>\d{1,4})\.?(?: ?(?:г\.?|р\.?|à|um|at|kl\.?))?,? +(?:kl\.? )?(?:(?<before>${HALF}) ?)?(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2}))?(?: ?(?<behind>${HALF}))?(?<end>\])?(?<gap> - |, | )(?<rest>.*)$`,
  'iu',
);

export function chatLine(line: string): ChatLine | undefined {
  const groups = LINE.exec(plain(line))?.groups;
  if (groups === undefined) return undefined;
  const { open, end, gap, a, b, c, mark, hour, minute, second, rest } = groups;
  // Either both brackets are present, or a separator follows the time.
  if ((open === undefined) !== (end === undefined) || (open === undefined && gap === ' ')) return undefined;
  const half = groups.before ?? groups.behind;
  return {
    date: [a, b, c],
    separator: mark,
    time: second === undefined ? [hour, minute] : [hour, minute, second],
    ...(half !== undefined && { half: AFTERNOON.test(half.trim()) ? 'pm' : 'am' }),
    rest,
    isPlaceholder: /^\u200e?\[[^\]]*\] [^:]{1,80}: \u200e/.test(line),
  };
}

/** Author and text; no author for service messages. */
export function saidBy({ rest }: ChatLine): { author?: string; said: string } {
  const [, author, said] = /^([^:]{1,80}):(?:\s([^]*))?$/.exec(rest) ?? [];
  return author === undefined ? { said: rest } : { author: author.trim(), said: said ?? '' };
}

/** Normalises direction marks, spaces, commas and digits: phones set to Arabic or Hindi use their own. */
function plain(line: string): string {
  // Only the start, with the date, is normalised: the message keeps its digits.
  const bare = line.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
  const start = bare
    .slice(0, 40)
    .replace(/[\u00a0\u202f\u2009]/g, ' ')
    .replace(/،/g, ',');
  const end = /\d|[٠-٩۰-۹०-९]/.test(start) ? timeEnd(start) : 0;
  return start.slice(0, end).replace(/[٠-٩۰-۹०-९]/g, digit) + start.slice(end) + bare.slice(40);
}

/** Offset where the time ends. */
function timeEnd(start: string): number {
  const time = /[\d٠-٩۰-۹०-९]{1,2}[:.][\d٠-٩۰-۹०-९]{2}(?:[:.][\d٠-٩۰-۹०-९]{2})?(?=\D)/g;
  return [...start.matchAll(time)].reduce((_, match) => match.index + match[0].length, 0);
}

function digit(character: string): string {
  const code = character.charCodeAt(0);
  return String(code - (code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660));
}
