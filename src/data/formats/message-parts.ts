/** The content of a message: a text, or parts of text and images. */
import type { PlacedImage } from '../../models/text/message.ts';
import type { MediaFile } from '../media.ts';
import { describeValue, isObject, type RowReader } from './row-reader.ts';

export interface MessageContent {
  text: string;
  images: PlacedImage[];
}

/** Placeholder of an image in texts, for rows with a column of images. */
const PLACEHOLDER = '<image>';

/** A text or a list of parts; undefined after a problem. `mayHoldImages`: false for answers. */
export function readParts(
  row: RowReader,
  path: string,
  { value, mayHoldImages }: { value: unknown; mayHoldImages: boolean },
): MessageContent | undefined {
  const before = row.problems.length;
  const content: MessageContent = { text: '', images: [] };
  const parts = Array.isArray(value) ? (value as unknown[]) : [value];
  for (const [index, part] of parts.entries()) {
    const place = Array.isArray(value) ? `${path}[${index}]` : path;
    if (isImage(part)) {
      const file = mayHoldImages ? imageOf(row, place, part) : noImages(row, place);
      if (file !== undefined) content.images.push({ at: content.text.length, file });
    } else addText(row, content, { place, part, isAlone: !Array.isArray(value) });
  }
  return row.problems.length === before ? content : undefined;
}

interface TextPart {
  place: string;
  part: unknown;
  isAlone: boolean;
}

function addText(row: RowReader, content: MessageContent, { place, part, isAlone }: TextPart): void {
  const isTyped = isObject(part) && (part.type === 'text' || part.type === 'input_text');
  if (!isTyped && typeof part !== 'string' && !isAlone) {
    const got = isObject(part) ? `a part of type ${describeValue(part.type)}` : describeValue(part);
    return row.problem(
      place,
      `must be text or an image, not ${got}`,
      'only text and image parts can be used for training',
    );
  }
  const text = isTyped ? row.checkText(`${place}.text`, part.text) : row.checkText(place, part);
  if (text === undefined) return undefined;
  const pieces = row.hasImages ? text.split(PLACEHOLDER) : [text];
  for (const [i, piece] of pieces.entries()) {
    content.text += piece;
    const file = i < pieces.length - 1 ? row.nextImage(place) : undefined;
    if (file !== undefined) content.images.push({ at: content.text.length, file });
  }
}

/**
 * Matches OpenAI's `image_url` and `input_image`, and Hugging Face's `image`, with its own file or one from the row's
 * column.
 */
function isImage(part: unknown): part is Record<string, unknown> {
  return isObject(part) && typeof part.type === 'string' && /^(?:input_)?image(?:_url)?$/.test(part.type);
}

const FILE_KEYS = ['image_url', 'image', 'url', 'path', 'base64'] as const;

function imageOf(row: RowReader, place: string, part: Record<string, unknown>): ImageMedia | undefined {
  const key = FILE_KEYS.find((name) => part[name] !== undefined && part[name] !== null);
  if (key === undefined) return row.nextImage(place);
  const given = part[key];
  const value = key === 'image_url' && isObject(given) ? given.url : given;
  return row.image(`${place}.${key}`, key === 'base64' ? `data:;base64,${String(value)}` : value);
}

/** An image of a row, for messages. */
export type ImageMedia = MediaFile & { kind: 'image' };

function noImages(row: RowReader, place: string): undefined {
  return row.problem(place, 'is an image in an answer, but models only write text', 'move it to a user turn');
}
