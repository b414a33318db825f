import { withFeature } from '../../base/optional-packages.ts';
import type { Exchange } from './exchange.ts';

export interface Telemetry {
  observe(exchange: Exchange, status: number): void;
  close(): Promise<void>;
}

const noTelemetry: Telemetry = { observe: () => undefined, close: () => Promise.resolve() };

/** Exports to a collector if there is one; OpenTelemetry's code, a fifth of the server's modules, is loaded only then. */
export async function telemetryOf(collector: string | undefined): Promise<Telemetry> {
  if (collector === undefined) return noTelemetry;
  const { openTelemetry } = await withFeature('opentelemetry', () => import('./otlp-export.ts'));
  return openTelemetry(collector);
}
