import { AttuneError } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { imagesIn, type ImageFile, type Message } from './message.ts';
import type { Draft } from './row-draft.ts';
import { parseOther } from './tokenizer-files.ts';
import type { Tokenizer } from './tokenizer.ts';

/** How the images of a conversation become tokens. */
export interface ImageTexts {
  /** The token that a template writes for an image. */
  token: string;
  /** Id of the placeholder for each image vector. */
  id: number;
  /** Text of the placeholder. */
  image: string;
  /** Text that replaces the template's token, per image. @throws AttuneError E_MEDIA_UNREADABLE */
  textsOf(files: readonly ImageFile[]): Promise<string[]>;
}

/** The tokenizer's names for the special tokens around an image (`boi_token`), or the usual ones. */
export function markNames({ files }: Pick<Tokenizer, 'files'>): (key: string, usual: string) => string {
  const settings = parseOther(files, 'tokenizer_config.json');
  return (key, usual) => (typeof settings[key] === 'string' ? settings[key] : usual);
}

/**
 * Inserts the images' texts where the template shows the images.
 *
 * @throws AttuneError E_IMAGES_UNREAD, E_IMAGE_TOKEN, E_TEMPLATE_DROPS_IMAGES, E_MEDIA_UNREADABLE
 */
export async function withImages(
  draft: Draft,
  messages: readonly Message[],
  texts: ImageTexts | undefined,
): Promise<Draft> {
  const images = imagesIn(messages);
  if (texts === undefined) {
    if (images.length === 0) return draft;
    throw unread(images.length);
  }
  const { token, image } = texts;
  for (const one of new Set([token, image])) {
    const written = messages.findIndex((message) => JSON.stringify({ ...message, images: [] }).includes(one));
    if (written >= 0) throw tokenInText(one, written);
  }
  const places = placesOf(token, draft.text);
  if (places.length > images.length) throw tokenInText(token, -1);
  if (!isBeginning(places.length, messages)) throw notShown(images.length - places.length, images.length);
  const shown = images.slice(0, places.length);
  if (shown.length === 0) return draft;
  return replaced(draft, { places, length: token.length, texts: await texts.textsOf(shown), images: shown });
}

function placesOf(token: string, text: string): number[] {
  const places: number[] = [];
  for (let place = text.indexOf(token); place >= 0; place = text.indexOf(token, place + token.length))
    places.push(place);
  return places;
}

/** Whether the first turns contain `count` images: a row may omit turns after the last answer. */
function isBeginning(count: number, messages: readonly Message[]): boolean {
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  const least = imagesIn(answered < 0 ? messages : messages.slice(0, answered)).length;
  return count >= least;
}

interface Replacement {
  places: readonly number[];
  /** Length of the text to replace. */
  length: number;
  texts: readonly string[];
  images: readonly ImageFile[];
}

function replaced(draft: Draft, { places, length, texts, images }: Replacement): Draft {
  const moved = (offset: number): number =>
    places.reduce((sum, place, i) => (place < offset ? sum + texts[i].length - length : sum), offset);
  const pieces = places.map((place, i) => draft.text.slice(i === 0 ? 0 : places[i - 1] + length, place) + texts[i]);
  return {
    ...draft,
    images,
    text: pieces.join('') + draft.text.slice(places[places.length - 1] + length),
    trained: draft.trained.map((span) => ({ ...span, start: moved(span.start), end: moved(span.end) })),
    cuts: draft.cuts.map(moved),
    ...(draft.askedAt !== undefined && { askedAt: moved(draft.askedAt) }),
  };
}

function unread(count: number): AttuneError {
  return new AttuneError('E_IMAGES_UNREAD', {
    what: 'The conversation contains images, which this model does not read',
    got: plural(count, 'images'),
    expected:
      'text only; or a vision-language model (docs/vision-language.md lists them) trained with the objective sft',
    fix: 'choose such a model, or remove the images',
  });
}

function tokenInText(token: string, turn: number): AttuneError {
  return new AttuneError('E_IMAGE_TOKEN', {
    what: `The text contains ${token}, which is reserved for images`,
    got: turn < 0 ? 'a text' : `turn ${turn + 1}`,
    expected: 'images as parts of a message, or in the column images',
    fix: 'remove it, or spell it differently',
  });
}

function notShown(left: number, count: number): AttuneError {
  return new AttuneError('E_TEMPLATE_DROPS_IMAGES', {
    what: `The chat template leaves out ${left} of ${plural(count, 'images')}`,
    expected: 'a template that renders message parts of type image',
    fix: 'put images into user turns, or correct chat_template.jinja',
  });
}
