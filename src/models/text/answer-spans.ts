import type { Message } from './message.ts';
import { hasWords, Turns, type ShownTurns, type Span } from './turn-places.ts';

/** Position of an answer, starting after its header. */
export interface AnswerSpan extends Span {
  /**
   * `stop`: ends in a token that stops generation. `open`: ends before whatever the template writes instead; the
   * template only stops an answer in the last turn. `endless`: the template never stops an answer.
   */
  ending: 'stop' | 'open' | 'endless';
  /** Whether the text before the answer ends with the generation prompt. */
  isAsked: boolean;
  /** The template omits the turn's content. */
  isHidden?: boolean;
}

export interface AnswerSearch {
  shown: ShownTurns;
  /** Texts of the tokens that may end a turn. */
  stops: readonly string[];
  /** Length of the prefix of `text` whose tokens `other` starts with as well. */
  sharedTokens: (text: string, other: string) => Promise<number>;
}

/**
 * Finds the answer of turn `index`; `unstable` if the template makes that impossible.
 *
 * Templates do not mark answers. Where rendering the turns before the answer, and up to the answer, gives prefixes of
 * the whole text, those are its bounds. Otherwise the turn and the next one bound it: the answer ends at the stop
 * between them, or, without one, where the rendering as the last turn diverges.
 */
export async function findAnswer(search: AnswerSearch, index: number): Promise<AnswerSpan | 'unstable'> {
  const found = byBeginnings(search, index) ?? (await byPlaces(search, index));
  const { shown } = search;
  const { content } = shown.messages[index];
  if (found === undefined) return 'unstable';
  if (!hasWords(content) || shown.text.slice(found.start, found.end).includes(content.trim())) return found;
  const place = shown.place(index);
  if (place === undefined) return 'unstable';
  return place === 'nothing' ? { ...found, isHidden: true } : found;
}

function byBeginnings({ shown, stops }: AnswerSearch, index: number): AnswerSpan | undefined {
  const { text, turns } = shown;
  const prompt = turns.beginning(index, true);
  const through = turns.beginning(index + 1, false);
  if (prompt === undefined || through === undefined) return undefined;
  if (!text.startsWith(through) || !through.startsWith(prompt)) return undefined;
  const end = finalStopEnd(through, prompt.length, stops);
  return end === undefined ? undefined : { start: prompt.length, end, ending: 'stop', isAsked: true };
}

async function byPlaces(search: AnswerSearch, index: number): Promise<AnswerSpan | undefined> {
  const { shown, stops } = search;
  const own = shown.place(index);
  const header = await findHeader(search, index);
  const limit = limitOf(shown, index);
  if (own === undefined || header === undefined || limit === undefined) return undefined;
  const { end: start, isAsked } = header;
  const from = own === 'nothing' ? start : own.end;
  if (start > from || from > limit) return undefined;
  // A stop between header and content means that the header was misplaced.
  if (own !== 'nothing' && firstStopEnd(shown.text.slice(0, own.start), start, stops) !== undefined) return undefined;
  const stop = firstStopEnd(shown.text.slice(0, limit), from, stops);
  if (stop !== undefined) return { start, end: stop, ending: 'stop', isAsked };
  const ending = await endWithoutStop(search, index, [from, limit]);
  return ending && { start, isAsked, ...ending };
}

/** Where a turn's header ends, and whether it ends like a generation prompt. */
export async function findHeader(
  { shown, sharedTokens }: AnswerSearch,
  index: number,
): Promise<{ end: number; isAsked: boolean } | undefined> {
  const { text, turns, messages } = shown;
  const prompt = turns.beginning(index, true);
  if (prompt !== undefined && text.startsWith(prompt)) return { end: prompt.length, isAsked: true };
  const own = shown.place(index);
  const place = typeof own === 'object' ? own.start : undefined;
  const asked = turns.shown(index, true);
  if (asked !== undefined) {
    const { inAsked, inText, isNext } = lastCommonTurn(asked, shown, index);
    const gap = text.slice(inText, place);
    const added = addedPrompt(turns, index);
    // The difference may lie before the header, if the previous turn is closed differently.
    const at = isNext && added !== '' ? gap.indexOf(added) : -1;
    if (at !== -1) return { end: inText + at + added.length, isAsked: true };
    const shared = await sharedTokens(gap, asked.text.slice(inAsked));
    if (shared > 0) return { end: inText + shared, isAsked: shared === asked.text.length - inAsked };
  }
  // Without calls (whose names precede their arguments), a turn starts with its text.
  const begins = place !== undefined && (messages[index].tool_calls ?? []).length === 0;
  return begins ? { end: place, isAsked: prompt === undefined } : undefined;
}

/** Generation prompt of turn `index`; empty if the template adds none or changes more than that. */
function addedPrompt(turns: Turns, index: number): string {
  const [without, prompt] = [turns.beginning(index, false), turns.beginning(index, true)];
  return without !== undefined && prompt?.startsWith(without) === true ? prompt.slice(without.length) : '';
}

interface CommonTurn {
  /** Where the turn ends in each rendering. */
  inAsked: number;
  inText: number;
  /** Whether the requested turn follows immediately. */
  isNext: boolean;
}

/** The last turn before `index` that is found in both renderings, else the start of both. */
function lastCommonTurn(asked: ShownTurns, shown: ShownTurns, index: number): CommonTurn {
  for (let before = index - 1; before >= 0; before--) {
    const [inAsked, inText] = [asked.place(before), shown.place(before)];
    if (typeof inAsked !== 'object' || typeof inText !== 'object') continue;
    return { inAsked: inAsked.end, inText: inText.end, isNext: before === index - 1 };
  }
  return { inAsked: 0, inText: 0, isNext: index === 0 };
}

/** Where the next turn with content starts; undefined if unknown. */
function limitOf(shown: ShownTurns, index: number): number | undefined {
  const { messages, text, turns } = shown;
  for (let next = index + 1; next < messages.length; next++) {
    const place = shown.place(next);
    if (place === 'nothing') continue;
    if (place !== undefined) return place.start;
    const through = turns.beginning(index + 1, false);
    return through !== undefined && text.startsWith(through) ? through.length : undefined;
  }
  return text.length;
}

/** The end of an answer without a stop, between its own text and the next turn. */
async function endWithoutStop(
  { shown, stops, sharedTokens }: AnswerSearch,
  index: number,
  [from, limit]: [from: number, limit: number],
): Promise<Pick<AnswerSpan, 'end' | 'ending'> | undefined> {
  const closing = closingOf(shown, index, from);
  if (closing === undefined) return undefined;
  const shared = await sharedTokens(shown.text.slice(from, limit), closing);
  const end = from + shown.text.slice(from, from + shared).trimEnd().length;
  return { end, ending: firstStopEnd(closing, 0, stops) === undefined ? 'endless' : 'open' };
}

/** Text after the answer, if its turn is the last one. */
function closingOf({ turns, text }: ShownTurns, index: number, from: number): string | undefined {
  const alone = turns.shown(index + 1, false);
  if (alone?.text.startsWith(text.slice(0, from)) === true) return alone.text.slice(from);
  const place = alone?.place(index);
  return alone === undefined || typeof place !== 'object' ? undefined : alone.text.slice(place.end);
}

/** Closes the last turn, for templates that close a turn only if another one follows. */
export function closeLastTurn(shown: ShownTurns, stops: readonly string[]): string | undefined {
  const { messages, text, turns } = shown;
  const last = messages.length - 1;
  const question: Message = { role: 'user', content: 'attunequestion' };
  const longer = new Turns([...messages, question], turns.render).shown(messages.length + 1, false);
  const [own, same, next] = [shown.place(last), longer?.place(last), longer?.place(messages.length)];
  if (typeof own !== 'object' || typeof same !== 'object' || typeof next !== 'object') return undefined;
  const closing = longer?.text.slice(same.end, next.start) ?? '';
  const written = text.slice(own.end);
  const end = firstStopEnd(closing, written.length, stops);
  if (end === undefined || !closing.startsWith(written)) return undefined;
  const missing = closing.slice(written.length, end);
  return stops.includes(missing.trim()) ? text + missing : undefined;
}

/** The end of the final stop in a text; of the first one, if only whitespace separates several. */
function finalStopEnd(text: string, from: number, stops: readonly string[]): number | undefined {
  let end: number | undefined;
  for (let rest = text.trimEnd(); ;) {
    const stop = stops.find((one) => rest.endsWith(one) && rest.length - one.length >= from);
    if (stop === undefined) return end;
    end = rest.length;
    rest = rest.slice(0, -stop.length).trimEnd();
  }
}

function firstStopEnd(text: string, from: number, stops: readonly string[]): number | undefined {
  const ends = stops
    .map((stop) => ({ at: text.indexOf(stop, from), length: stop.length }))
    .filter(({ at }) => at !== -1);
  ends.sort((a, b) => a.at - b.at || b.length - a.length);
  return ends.length === 0 ? undefined : ends[0].at + ends[0].length;
}
