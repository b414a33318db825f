import { MOST_FILE_BYTES } from './try-form.ts';
import type { TryPlan } from './try-plan.ts';

/** Request of the page, by type of its form. */
export type Question =
  | { kind: 'text'; text: string; isChat: boolean; maxNewTokens: number }
  | { kind: 'row'; row: Readonly<Record<string, string>> | string }
  | { kind: 'texts'; texts: readonly string[] }
  | { kind: 'file'; bytes: Buffer; texts: readonly string[] };

const MOST_TOKENS = 4096;
/** Maximum body: a file in base64 plus the other fields. */
export const MOST_BODY_BYTES = Math.ceil((4 / 3) * MOST_FILE_BYTES) + 2 ** 20;

interface Sent {
  values: Readonly<Record<string, string>>;
  file?: Buffer;
}

/** Validates a request; undefined if it does not fit this form. */
export function questionOf(body: unknown, plan: TryPlan): Question | undefined {
  const sent = sentBy(body);
  if (sent === undefined) return undefined;
  const { values, file } = sent;
  const { text = '', question = '', context = '' } = values;
  switch (plan.kind) {
    case 'writing':
      return writingOf(text, body as Record<string, unknown>);
    case 'text': {
      const { columns } = plan;
      if (columns === undefined) return text === '' ? undefined : { kind: 'row', row: text };
      const row = Object.fromEntries(columns.map((name, i) => [name, values[`column-${i}`] ?? '']));
      return Object.values(row).every((value) => value === '') ? undefined : { kind: 'row', row };
    }
    case 'question':
      return question === '' || context === '' ? undefined : { kind: 'row', row: { question, context } };
    case 'similarity': {
      const texts = [text, values.other ?? ''].filter((one) => one !== '');
      const isAlone = texts.length === 1 && plan.collection.length === 0;
      return text === '' || isAlone ? undefined : { kind: 'texts', texts };
    }
    case 'items': {
      const texts = linesOf(text);
      return texts.length === 0 ? undefined : { kind: 'texts', texts };
    }
    case 'image':
    case 'recording':
    case 'captions':
      return file && { kind: 'file', bytes: file, texts: linesOf(text) };
  }
}

function writingOf(text: string, { isChat, maxNewTokens }: Record<string, unknown>): Question | undefined {
  const isCount = Number.isInteger(maxNewTokens) && Number(maxNewTokens) > 0 && Number(maxNewTokens) <= MOST_TOKENS;
  if (text === '' || typeof isChat !== 'boolean' || !isCount) return undefined;
  return { kind: 'text', text, isChat, maxNewTokens: Number(maxNewTokens) };
}

function sentBy(body: unknown): Sent | undefined {
  const { values = {}, file } = (body ?? {}) as Record<string, unknown>;
  if (typeof values !== 'object' || values === null) return undefined;
  const isText = Object.values(values).every((value) => typeof value === 'string');
  if (!isText || !(file === undefined || isBase64(file))) return undefined;
  const bytes = file === undefined ? undefined : Buffer.from(file, 'base64');
  if (bytes !== undefined && (bytes.length === 0 || bytes.length > MOST_FILE_BYTES)) return undefined;
  return { values: values as Record<string, string>, file: bytes };
}

function isBase64(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
