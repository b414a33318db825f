import pino from 'pino';
import type { Exchange } from './exchange.ts';

/** The server's log: one JSON object a line, on standard error. */
export type ServeLog = pino.Logger;

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Neither prompts nor answers nor keys are ever given to it. */
export function openLog(level: LogLevel, to: { write(line: string): void } = process.stderr): ServeLog {
  const base = { pid: process.pid };
  const redact = ['req.headers.authorization', 'headers.authorization'];
  return pino({ level, base, redact, timestamp: pino.stdTimeFunctions.isoTime }, to);
}

/** What the log says of a request: counts. */
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
