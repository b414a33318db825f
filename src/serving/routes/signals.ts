/** Guard signals of a request: 0, 1, or undefined if it carries no information. */
import type { GuardSignal } from '../../store/registry/index.ts';
import { ApiError } from '../api-error.ts';
import type { Exchange } from '../watch/exchange.ts';

/** Failures of the model itself, in contrast to a full queue, a client error or a shutdown. */
const OWN_FAULTS = new Set(['model_crashed', 'model_failed', 'model_unavailable']);

type Reader = (exchange: Exchange, status: number, error: unknown) => boolean | undefined;

const readers: Record<GuardSignal, Reader> = {
  error_rate: (_, status, error) => (status === 200 ? false : isOwnFault(error) ? true : undefined),
  length_rate: ({ finishReasons }, status) =>
    status === 200 && finishReasons.length > 0 ? finishReasons.includes('length') : undefined,
  empty_rate: ({ finishReasons, counts }, status) =>
    status === 200 && finishReasons.length > 0 ? counts?.answer === 0 : undefined,
};

export function isOwnFault(error: unknown): boolean {
  return error instanceof ApiError && OWN_FAULTS.has(error.code);
}

/** The guard signal of a completed request; undefined if there is none. */
export function signalOf(
  signal: GuardSignal,
  { exchange, status, error }: { exchange: Exchange; status: number; error?: unknown },
): 0 | 1 | undefined {
  const value = readers[signal](exchange, status, error);
  return value === undefined ? undefined : value ? 1 : 0;
}
