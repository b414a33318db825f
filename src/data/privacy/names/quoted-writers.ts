/** Whoever is quoted below: "Hacksaw said:" and "Rodent of Unusual Size wrote:" over lines that begin with ">". */
import { matchesOf, type Candidate } from '../recogniser.ts';

const SAYS = 'wrote|writes|said|says|sez|asked|replied|responded|mentioned|scribbled|opined|spake|typed|schrieb|skrev';
const PIECE = String.raw`(?!(?:${SAYS})(?!\p{L}))\p{L}(?:[\p{L}\p{M}'’-]){0,24}`;
/** In a line of their own, behind the day, or before a colon alone. */
const ATTRIBUTION = new RegExp(
  String.raw`(?:^|\n|, |\d[^\S\n])(?<marks>[ \t>|]{0,12})(?<value>${PIECE}(?:[ \u00a0](?:of |the |from )?${PIECE}){0,3})(?:(?: <[^<>\n]{3,60}>)? (?:${SAYS}) ?:|(?<alone>:))[ \t]*(?=\n)`,
  'giu',
);
/** What stands alone before a colon without being a writer has a form that words have. */
const NICKNAME = /^(?:\p{Lu}{1,2}\p{Lu}\p{Ll}{2,}|\p{Lu}\p{Ll}+\p{Lu}\p{L}*)$/u;
const LINES_BELOW = 3;

export function* quotedWriters(text: string): Generator<Candidate> {
  if (!text.includes('>')) return;
  for (const { 0: line, index, groups } of matchesOf(ATTRIBUTION, text)) {
    const { marks, value, alone } = groups!;
    if (alone !== undefined && !NICKNAME.test(value)) continue;
    if (!/\p{Lu}/u.test(value[0]) && value.includes(' ')) continue;
    if (!isQuotedBelow(text, index + line.length, { depth: depthOf(marks), isSaid: alone === undefined })) continue;
    const start = index + line.lastIndexOf(value);
    yield { start, end: start + value.length, score: 0.7 };
  }
}

function depthOf(marks: string): number {
  return marks.replaceAll(/[^>|]/g, '').length;
}

/** Whether the next line that is not empty has more marks of quotation; or others, where programs have mixed them up. */
function isQuotedBelow(text: string, end: number, { depth, isSaid }: { depth: number; isSaid: boolean }): boolean {
  for (const line of text.slice(end + 1, end + 1 + REACH).split('\n', LINES_BELOW)) {
    const marks = /^[ \t>|]*/.exec(line)![0];
    const below = depthOf(marks);
    if (below > depth || (isSaid && below > 0 && below < depth)) return true;
    if (marks.length < line.length) return false;
  }
  return false;
}

const REACH = 120;
