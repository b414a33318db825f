import type { Model } from '../models/model.ts';
import type { Memory } from '../models/memory.ts';
import { StreamingDecoder, type Tokenizer } from '../text/index.ts';
import { Decoding } from './decoding.ts';
import { greedy, sampleToken, type SamplingOptions } from './sampling.ts';
import { StopStrings } from './stop-strings.ts';

export interface GenerationOptions extends Partial<SamplingOptions> {
  maxNewTokens: number;
  /** Texts that end an answer and are cut off it, wherever token borders fall. */
  stop?: readonly string[];
  /** Ids that end an answer; the tokenizer's own unless given. */
  stopIds?: readonly number[];
  signal?: AbortSignal;
  memory?: Memory;
}

export interface Completion {
  text: string;
  ids: number[];
  /** `stop`: a stop token or text; `length`: max_new_tokens or the model's own limit was reached. */
  finishReason: 'stop' | 'length';
}

interface Row {
  index: number;
  ids: number[];
  text: string;
  decoder: StreamingDecoder;
  stops: StopStrings;
  finish?: Completion['finishReason'];
}

/** A part of an answer that is certain: no later token can take it back. */
export type OnText = (row: number, text: string) => void;

/** Continues prompts together; answers come back in the prompts' order. Greedy unless told. */
export async function generate(
  parts: { model: Model; tokenizer: Tokenizer },
  prompts: readonly (readonly number[] | Int32Array)[],
  options: GenerationOptions,
  onText: OnText = () => undefined,
): Promise<Completion[]> {
  const { model, tokenizer } = parts;
  const sampling = { ...greedy, ...options };
  const stopIds = new Set(options.stopIds ?? tokenizer.stopIds);
  const limit = model.architecture.limits(model.config).maxPositions;
  const rows = prompts.map((_, index): Row => newRow(index, tokenizer, options.stop ?? []));
  using decoding = new Decoding(model, prompts.length, options.memory);
  let active = rows;
  let tokens: readonly (readonly number[] | Int32Array)[] = prompts;
  while (active.length > 0 && options.signal?.aborted !== true) {
    const logits = decoding.read(tokens);
    for (const [i, row] of active.entries()) {
      const id = sampleToken(logits[i], sampling, { row: row.index, index: row.ids.length });
      advance(
        row,
        id,
        { stopIds, maxNewTokens: options.maxNewTokens, isFull: decoding.lengths[i] + 1 >= limit },
        onText,
      );
    }
    const going = active
      .keys()
      .filter((i) => active[i].finish === undefined)
      .toArray();
    if (going.length < active.length) decoding.select(going);
    active = going.map((i) => active[i]);
    tokens = active.map((row) => row.ids.slice(-1));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return rows.map(({ text, ids, finish }) => ({ text, ids, finishReason: finish ?? 'length' }));
}

function newRow(index: number, tokenizer: Tokenizer, stop: readonly string[]): Row {
  return { index, ids: [], text: '', decoder: new StreamingDecoder(tokenizer), stops: new StopStrings(stop) };
}

function advance(
  row: Row,
  id: number,
  limits: { stopIds: ReadonlySet<number>; maxNewTokens: number; isFull: boolean },
  onText: OnText,
): void {
  if (limits.stopIds.has(id)) row.finish = 'stop';
  else {
    row.ids.push(id);
    give(row, row.stops.push(row.decoder.push(id)), onText);
    if (row.stops.isHit) row.finish = 'stop';
    else if (row.ids.length >= limits.maxNewTokens || limits.isFull) row.finish = 'length';
  }
  if (row.finish === undefined || row.stops.isHit) return;
  give(row, row.stops.push(row.decoder.end()) + row.stops.end(), onText);
}

function give(row: Row, text: string, onText: OnText): void {
  if (text === '') return;
  row.text += text;
  onText(row.index, text);
}
