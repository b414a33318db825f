/** Traces and metrics by OTLP, named by OpenTelemetry's conventions for generative models. */
import type { Exchange } from './exchange.ts';

export interface Telemetry {
  observe(exchange: Exchange, status: number, error?: unknown): void;
  close(): Promise<void>;
}

export const noTelemetry: Telemetry = { observe: () => undefined, close: async () => undefined };
