import { z } from '@hono/zod-openapi';
import type { SpeechSegment } from '../../answering/decoding/index.ts';
import type { Answer } from '../../answering/generate/generate.ts';
import { ApiError, invalidValue } from '../api-error.ts';
import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';
import { readForm } from '../multipart-form.ts';
import { slowJson } from '../replies/slow-json.ts';
import { asSrt, asVtt } from '../transcription/subtitles.ts';
import { Uploads } from '../request-files.ts';

const request = z
  .strictObject({
    file: z
      .custom<File>((value) => value instanceof File, 'must be a file in the form')
      .openapi({ type: 'string', format: 'binary' }),
    model: z.string(),
    language: z.string().optional(),
    response_format: z.enum(['json', 'text', 'srt', 'verbose_json', 'vtt']).optional(),
    temperature: z.coerce.number().min(0).max(1).optional(),
    timestamp_granularities: z
      .array(z.enum(['segment'], 'must be segment: word timestamps are not supported'))
      .optional(),
    stream: z.enum(['false'], 'must be false: transcripts cannot be streamed').optional(),
  })
  .openapi('TranscriptionRequest');

const segment = z.strictObject({ id: z.number().int(), start: z.number(), end: z.number(), text: z.string() });

const reply = z
  .union([
    z.strictObject({ text: z.string(), usage: z.strictObject({ type: z.literal('duration'), seconds: z.number() }) }),
    z.strictObject({
      task: z.literal('transcribe'),
      language: z.string(),
      duration: z.number(),
      text: z.string(),
      segments: z.array(segment),
      usage: z.strictObject({ type: z.literal('duration'), seconds: z.number() }),
    }),
  ])
  .openapi('Transcription');

type Format = NonNullable<z.output<typeof request>['response_format']>;

const form = {
  schema: request,
  isForm: true,
  unsupported: {
    prompt: [''],
    chunking_strategy: ['auto'],
    include: [],
    'include[]': [],
    known_speaker_names: [],
    known_speaker_references: [],
  },
};

export const endpoint = defineEndpoint({
  method: 'post',
  path: '/v1/audio/transcriptions',
  tag: 'Other kinds',
  summary: 'Transcribe a recording',
  body: form,
  reply: {
    description: 'The text, as JSON, plain text or subtitles',
    json: reply,
    texts: ['text/plain', 'text/vtt', 'application/x-subrip'],
  },
  fields: { prompt: 'file' },
  async handle(call) {
    const body = await readForm(call, request, form);
    const model = call.model(body.model, 'speech');
    const { response_format: format = 'json' } = body;
    call.exchange.describe({ operation: 'transcription', body: { model: body.model, response_format: format } });
    const bytes = new Uint8Array(await body.file.arrayBuffer());
    if (bytes.length === 0) throw invalidValue('file', 'The file is empty.', 'invalid_file');
    const work = async (signal: AbortSignal) => transcript(call, { model, bytes, body, signal });
    if (format === 'json' || format === 'verbose_json')
      return slowJson(call, async (signal) => jsonOf(await work(signal), format));
    const answer = await work(call.request.signal);
    return new Response(textOf(answer, format), { headers: { 'content-type': TYPES[format] } });
  },
});

const TYPES = {
  text: 'text/plain; charset=utf-8',
  srt: 'application/x-subrip; charset=utf-8',
  vtt: 'text/vtt; charset=utf-8',
};

interface Asked {
  model: ReturnType<Call['model']> & { kind: 'speech' };
  bytes: Uint8Array;
  body: z.output<typeof request>;
  signal: AbortSignal;
}

async function transcript(call: Call, { model, bytes, body, signal }: Asked): Promise<Answer> {
  using _turn = await call.admit({ model: model.id, rows: 1, signal });
  using lease = await call.lease(model);
  using uploads = new Uploads();
  const timestamps =
    body.response_format !== undefined && body.response_format !== 'json' && body.response_format !== 'text';
  const speech = { language: body.language, ...(timestamps && { timestamps }) };
  const [answer] = await lease.opened.answer([{ audio: uploads.add(bytes) }], { speech }, { signal });
  if (answer === undefined) throw new ApiError(500, { message: 'The model gave no answer.', code: 'model_failed' });
  call.exchange.finished({ prompt: answer.usage.prompt, shared: 0, answer: answer.usage.answer }, [
    answer.finishReason,
  ]);
  return answer;
}

function jsonOf({ text, language = 'en', seconds = 0, segments = [] }: Answer, format: Format): z.output<typeof reply> {
  const usage = { type: 'duration' as const, seconds: Math.ceil(seconds) };
  if (format === 'json') return { text: text.trim(), usage };
  const parts = segments.map(({ start, end, text: part }, id) => ({ id, start, end, text: part }));
  return { task: 'transcribe', language, duration: seconds, text: text.trim(), segments: parts, usage };
}

function textOf({ text, segments = [] }: Answer, format: 'text' | 'srt' | 'vtt'): string {
  const parts: readonly SpeechSegment[] = segments;
  if (format === 'srt') return asSrt(parts);
  return format === 'vtt' ? asVtt(parts) : `${text.trim()}\n`;
}
