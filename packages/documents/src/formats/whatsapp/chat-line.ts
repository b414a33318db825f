/** The line that begins a message in an export of WhatsApp, as phones of many countries write it. */

export interface ChatLine {
  /** Three numbers in their order on the line. */
  date: [string, string, string];
  /** Between the numbers of the date. */
  separator: string;
  /** Hours, minutes and, where the phone writes them, seconds. */
  time: [string, string, string?];
  half?: 'am' | 'pm';
  /** Author and words, or what the service says. */
  rest: string;
  /** The phone wrote the words, not the author: iOS puts a mark of direction before "image omitted" in any language. */
  isPlaceholder: boolean;
}

/** AM or PM, before or after the time. */
const HALF = String.raw`[ap]\.? ?m\.?|上午|下午|午前|午後|오전|오후|[صم]|π\.μ\.|μ\.μ\.|de\. |du\. |öö|ös|sa|ch|ก่อนเที่ยง|หลังเที่ยง|पूर्वाह्न|अपराह्न`;
const AFTERNOON = /^(?:p|下午|午後|오후|م|μ|du|ös|ch|หลัง|अपराह्न)/i;

/**
 * "12/31/23, 10:15 PM - Name: text" of Android, "[31.12.23, 22:15:03] Name: text" of iOS, "2023. 12. 31. 오후 10:15, Name: text"
 * and others. Marks of writing direction are taken out before.
 */
const LINE = new RegExp(
  String.raw`^(?<open>\[)?(?<a>\d{1,4})(?<mark>[./-]) ?(?<b>\d{1,2})\k<mark> ?(?<c>\d{1,4})\.?(?: ?(?:г\.?|р\.?|à|um|at|kl\.?))?,? +(?:kl\.? )?(?:(?<before>${HALF}) ?)?(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2}))?(?: ?(?<behind>${HALF}))?(?<end>\])?(?<gap> - |, | )(?<rest>.*)$`,
  'iu',
);

export function chatLine(line: string): ChatLine | undefined {
  const groups = LINE.exec(plain(line))?.groups;
  if (groups === undefined) return undefined;
  const { open, end, gap, a, b, c, mark, hour, minute, second, rest } = groups;
  // Brackets stand on both sides, and without them a mark follows the time.
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

/** The author and the words; no author where the service itself speaks. */
export function saidBy({ rest }: ChatLine): { author?: string; said: string } {
  const [, author, said] = /^([^:]{1,80}):(?:\s([^]*))?$/.exec(rest) ?? [];
  return author === undefined ? { said: rest } : { author: author.trim(), said: said ?? '' };
}

/** Without marks of direction, with plain spaces, commas and digits: phones set to Arabic or Hindi write their own. */
function plain(line: string): string {
  // A message's own words keep their digits: only the start is a date.
  const bare = line.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
  const start = bare
    .slice(0, 40)
    .replace(/[\u00a0\u202f\u2009]/g, ' ')
    .replace(/،/g, ',');
  const end = /\d|[٠-٩۰-۹०-९]/.test(start) ? timeEnd(start) : 0;
  return start.slice(0, end).replace(/[٠-٩۰-۹०-९]/g, digit) + start.slice(end) + bare.slice(40);
}

/** Where the time of day ends. */
function timeEnd(start: string): number {
  const time = /[\d٠-٩۰-۹०-९]{1,2}[:.][\d٠-٩۰-۹०-९]{2}(?:[:.][\d٠-٩۰-۹०-९]{2})?(?=\D)/g;
  return [...start.matchAll(time)].reduce((_, match) => match.index + match[0].length, 0);
}

function digit(character: string): string {
  const code = character.charCodeAt(0);
  return String(code - (code >= 0x966 ? 0x966 : code >= 0x6f0 ? 0x6f0 : 0x660));
}
