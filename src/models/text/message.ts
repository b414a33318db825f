/** A function call by an assistant turn. `arguments` stay JSON and never become columns (F27). */
export interface ToolCall {
  id?: string;
  type?: 'function';
  function: { name: string; arguments: unknown };
}

/** An image file and the hash of its bytes. */
export interface ImageFile {
  kind: 'image';
  /** Absolute. */
  path: string;
  hash: string;
}

/** An image within a turn's text. */
export interface PlacedImage {
  /** Offset in the text, in UTF-16 units. */
  at: number;
  file: ImageFile;
}

/** One turn of a conversation, with the keys of OpenAI's chat format. */
export interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool' | 'developer';
  /** Empty if the turn has no text, such as one that only calls tools. */
  content: string;
  /** How a turn without text appeared in the row: templates distinguish null from a missing key. */
  contentless?: 'null' | 'absent';
  /** In order of appearance; templates receive text and images as parts. */
  images?: readonly PlacedImage[];
  name?: string;
  tool_calls?: readonly ToolCall[];
  tool_call_id?: string;
  reasoning_content?: string;
  /** 0 excludes an assistant turn from the loss. */
  weight?: 0 | 1;
}

/** The images of a conversation, in order of appearance. */
export function imagesIn(messages: readonly Pick<Message, 'images'>[]): ImageFile[] {
  return messages.flatMap(({ images = [] }) => images.map(({ file }) => file));
}

/** A turn's text and images as parts, in order; without either, one empty text. */
export function contentParts<Image extends object>(
  { content, images = [] }: Pick<Message, 'content' | 'images'>,
  imagePart: (file: ImageFile) => Image,
): ({ type: 'text'; text: string } | Image)[] {
  const parts: ({ type: 'text'; text: string } | Image)[] = [];
  let from = 0;
  for (const { at, file } of images) {
    if (at > from) parts.push({ type: 'text', text: content.slice(from, at) });
    parts.push(imagePart(file));
    from = at;
  }
  if (from < content.length || parts.length === 0) parts.push({ type: 'text', text: content.slice(from) });
  return parts;
}

/** The turn with another text; images inside the old text move to its end. */
export function withContent(message: Message, content: string): Message {
  const { images } = message;
  if (images === undefined) return { ...message, content };
  return { ...message, content, images: images.map(({ at, file }) => ({ at: at === 0 ? 0 : content.length, file })) };
}

/** A tool's JSON schema, as chat templates expect it. */
export type ToolSchema = Record<string, unknown>;
