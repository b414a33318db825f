import pino from 'pino';
import { AttuneError } from '../../base/errors.ts';
import { isStoreAway } from '../../store/postgres-failure.ts';
import type { Exchange } from './exchange.ts';

/** The server's log: one JSON object per line on standard error. */
export type ServeLog = pino.Logger;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Opens the log. Prompts, answers and keys must never be logged. */
export function openLog(level: LogLevel, to: { write(line: string): void } = process.stderr): ServeLog {
  const base = { pid: process.pid };
  const redact = ['req.headers.authorization', 'headers.authorization'];
  const serializers = { err: describeError };
  const hooks = { logMethod: limitRepeats() };
  return pino({ level, base, redact, serializers, hooks, timestamp: pino.stdTimeFunctions.isoTime }, to);
}

const SILENCE_MS = 60_000;

/** Reports an unavailable store only once a minute when polling fails; failed requests always report it. */
function limitRepeats(): NonNullable<pino.LoggerOptions['hooks']>['logMethod'] {
  const reportedAt = new Map<unknown, number>();
  return function log(entry, method) {
    const [fields, message] = entry as [unknown, unknown];
    const { err, request } = (fields ?? {}) as { err?: unknown; request?: string };
    const isFollowed = isStoreAway(err) && request === undefined;
    if (isFollowed && performance.now() - (reportedAt.get(message) ?? -Infinity) < SILENCE_MS) return;
    if (isFollowed) reportedAt.set(message, performance.now());
    method.apply(this, entry);
  };
}

/** Errors that users can fix are logged without a stack. */
function describeError(error: unknown): unknown {
  if (!(error instanceof AttuneError)) return pino.stdSerializers.err(error as Error);
  const { code, what, got, expected, fix, problems } = error;
  return { code, what, got, expected, fix, ...(problems.length > 0 && { problems: problems.slice(0, MOST_PROBLEMS) }) };
}

const MOST_PROBLEMS = 20;

/** Log fields of a request: counts, no texts. */
export function describeExchange(exchange: Exchange): Record<string, unknown> {
  const { id, method, path, keyName, askedFor, model, counts, finishReasons, firstPart, isStream, milliseconds } =
    exchange;
  return {
    request: id,
    method,
    path,
    ...(keyName !== undefined && { key: keyName }),
    ...(model !== undefined && { model: model.id }),
    ...(askedFor !== undefined && askedFor !== model?.id && { asked_for: askedFor }),
    milliseconds: Math.round(milliseconds),
    ...(isStream && { stream: true }),
    ...(firstPart !== undefined && { first_part: Math.round(firstPart) }),
    ...(counts !== undefined && { tokens: counts }),
    ...(finishReasons.length > 0 && { finish: finishReasons }),
  };
}
