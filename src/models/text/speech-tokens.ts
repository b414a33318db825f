import { AttuneError } from '../../base/errors.ts';
import { parseOther } from './tokenizer-files.ts';
import { Tokenizer } from './tokenizer.ts';

export type SpeechTask = 'transcribe' | 'translate';

export interface SpeechWish {
  /** Language code, or name of the token in the vocabulary. */
  language?: string;
  task?: SpeechTask;
  /** Whether to transcribe with timestamps. */
  timestamps?: boolean;
}

/** Timestamp tokens, 20 ms apart in published models; a time is the offset from the first token. */
export interface TimeTokens {
  first: number;
  /** The last timestamp with which a window may start. */
  lastInitial: number;
}

const GENERATION = 'generation_config.json';
const NO_TIMES = ['no_timestamps_token_id', '<|notimestamps|>'] as const;

/**
 * Special tokens of Whisper (Radford et al., 2022), and of models without languages and timestamps, from
 * generation_config.json, else by name.
 */
export class SpeechTokens {
  readonly #tokenizer: Tokenizer;
  readonly #config: Record<string, unknown>;
  readonly start: number;
  /** Ids of languages by code; empty for monolingual models. */
  readonly languages: ReadonlyMap<string, number>;

  /** @throws AttuneError E_NO_SPEECH_TOKENS if the vocabulary lacks the start-of-transcript token */
  constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#config = parseOther(tokenizer.files, GENERATION);
    this.start = this.#named('decoder_start_token_id', '<|startoftranscript|>');
    this.languages = this.#languages();
  }

  #known(key: string, token: string): number | null {
    const declared = this.#config[key];
    return typeof declared === 'number' && declared >= 0 ? declared : this.#tokenizer.idOf(token);
  }

  #named(key: string, token: string): number {
    const id = this.#known(key, token);
    if (id !== null) return id;
    throw new AttuneError('E_NO_SPEECH_TOKENS', {
      what: `The vocabulary of ${this.#tokenizer.origin} is not a speech vocabulary`,
      got: `no token ${token}`,
      fix: 'fetch the model again with all its files',
    });
  }

  #languages(): Map<string, number> {
    const table = this.#config.lang_to_id;
    const named = typeof table === 'object' && table !== null ? Object.entries(table as Record<string, number>) : [];
    const found =
      named.length > 0 ? named : this.#tokenizer.addedTokens.map(({ content, id }) => [content, id] as const);
    const roles = new Set(Object.values(this.#tokenizer.special).map(({ id }) => id));
    return new Map(
      found.flatMap(([token, id]) => {
        const code = /^<\|([a-z]{2,3})\|>$/.exec(token)?.[1];
        return code === undefined || roles.has(id) ? [] : [[code, id]];
      }),
    );
  }

  /** Whether a language must be given or detected. */
  get isMultilingual(): boolean {
    const declared = this.#config.is_multilingual;
    return typeof declared === 'boolean'
      ? declared
      : this.#tokenizer.idOf('<|transcribe|>') !== null && this.languages.size > 1;
  }

  /** Language and task as requested, else from generation_config.json. */
  settled(wish: SpeechWish): Omit<SpeechWish, 'timestamps'> {
    const { language, task } = this.#config;
    return {
      language: codeOf(wish.language ?? (typeof language === 'string' ? language : undefined)),
      task: wish.task ?? (task === 'translate' ? task : 'transcribe'),
    };
  }

  get noTimes(): number {
    return this.#named(...NO_TIMES);
  }

  /** Whether the model can write timestamps (Moonshine cannot). */
  get #knowsTimes(): boolean {
    return this.#known(...NO_TIMES) !== null;
  }

  /** The no-speech token at a transcript's start, if the vocabulary has one. */
  get noSpeech(): number | undefined {
    const named = ['<|nospeech|>', '<|nocaptions|>'].map((token) => this.#tokenizer.idOf(token));
    return named.find((id) => id !== null);
  }

  /** Timestamp tokens, given the model's vocabulary size; older tokenizer files lack their names. */
  times(vocabularySize: number): TimeTokens | undefined {
    if (!this.#knowsTimes) return undefined;
    const first = this.noTimes + 1;
    const isNamed = this.#tokenizer.idOf('<|0.00|>') === first;
    if (first >= vocabularySize || (!isNamed && first < this.#tokenizer.size)) return undefined;
    const latest = this.#config.max_initial_timestamp_index;
    return { first, lastInitial: typeof latest === 'number' ? first + latest : vocabularySize - 1 };
  }

  /** Prompt tokens of a transcript. @throws AttuneError E_SPEECH_LANGUAGE */
  prompt(wish: SpeechWish): number[] {
    const { language, task } = this.settled(wish);
    const last = wish.timestamps === true || !this.#knowsTimes ? [] : [this.noTimes];
    if (!this.isMultilingual) {
      if ((language ?? 'en') === 'en' && task === 'transcribe') return [this.start, ...last];
      throw this.#badLanguage(`${language ?? 'en'}, ${task}`, 'English, transcribed');
    }
    const id = language === undefined ? undefined : this.languages.get(language);
    if (id === undefined)
      throw this.#badLanguage(language ?? 'no language', `one of ${[...this.languages.keys()].join(', ')}`);
    return [this.start, id, this.#taskId(task), ...last];
  }

  #taskId(task: SpeechTask = 'transcribe'): number {
    const table = this.#config.task_to_id as Record<string, number> | null | undefined;
    return table?.[task] ?? this.#named(`${task}_token_id`, `<|${task}|>`);
  }

  #badLanguage(got: string, expected: string): AttuneError {
    return new AttuneError('E_SPEECH_LANGUAGE', {
      what: `The model of ${this.#tokenizer.origin} does not support this output`,
      got,
      expected,
      fix: 'choose another language or task, or another model',
    });
  }

  /** Ids that are never generated, and ids that are not generated first. */
  get suppressed(): { always: readonly number[]; first: readonly number[] } {
    const list = (key: string) => (Array.isArray(this.#config[key]) ? (this.#config[key] as number[]) : []);
    return { always: list('suppress_tokens'), first: list('begin_suppress_tokens') };
  }

  /** Ids of a transcript for training, including prompt and end. */
  async transcript(text: string, wish: SpeechWish): Promise<Int32Array> {
    const ids = await this.#tokenizer.encode(text.trim());
    const end = this.#tokenizer.eosId;
    return Int32Array.from([...this.prompt(wish), ...ids, ...(end === undefined ? [] : [end])]);
  }
}

/** Tokenizer whose files store language and task, so that they apply wherever it is loaded. */
export async function withSpeechWish(tokenizer: Tokenizer, wish: SpeechWish): Promise<Tokenizer> {
  const tokens = new SpeechTokens(tokenizer);
  if (!tokens.isMultilingual) return tokenizer;
  const { language, task } = tokens.settled(wish);
  const config = { ...parseOther(tokenizer.files, GENERATION), language: `<|${language}|>`, task };
  const others = new Map(tokenizer.files.others).set(GENERATION, `${JSON.stringify(config, null, 2)}\n`);
  return Tokenizer.fromFiles({ ...tokenizer.files, others });
}

function codeOf(language: string | undefined): string | undefined {
  return language === undefined ? undefined : (/^<\|(.+)\|>$/.exec(language)?.[1] ?? language).toLowerCase();
}
