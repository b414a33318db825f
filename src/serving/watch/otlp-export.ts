/**
 * Traces and metrics over OTLP, with names from OpenTelemetry's semantic conventions for generative AI. They contain
 * no texts.
 */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Attributes, type Context } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Exchange } from './exchange.ts';
import type { Telemetry } from './telemetry.ts';

const PROVIDER = 'attune';
/** Histogram buckets in seconds, from the conventions. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];
const EXPORT_MILLISECONDS = 10_000;

/** Starts exporting to a collector such as `http://localhost:4318`. */
export function openTelemetry(address: string): Telemetry {
  const root = address.replace(/\/$/, '');
  const resource = resourceFromAttributes({ 'service.name': PROVIDER });
  const spanProcessors = [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${root}/v1/traces` }) })];
  const traces = new TracerProvider({ resource, spanProcessors });
  const exporter = new OTLPMetricExporter({ url: `${root}/v1/metrics` });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: EXPORT_MILLISECONDS });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const tracer = traces.getTracer(PROVIDER);
  const measure = measuresOf(meters);
  return {
    observe(exchange, status) {
      if (exchange.asked === undefined || exchange.model === undefined) return;
      const { milliseconds, startedAt } = exchange;
      const attributes = attributesOf(exchange, status);
      const name = `${exchange.asked.operation} ${exchange.askedFor}`;
      const span = tracer.startSpan(
        name,
        { kind: SpanKind.SERVER, startTime: startedAt, attributes },
        parentOf(exchange),
      );
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(startedAt + milliseconds);
      measure(exchange, status);
    },
    async close() {
      await Promise.allSettled([traces.shutdown(), meters.shutdown()]);
    },
  };
}

function measuresOf(meters: MeterProvider): (exchange: Exchange, status: number) => void {
  const meter = meters.getMeter(PROVIDER);
  const seconds = (name: string) =>
    meter.createHistogram(name, { unit: 's', advice: { explicitBucketBoundaries: SECONDS } });
  const duration = seconds('gen_ai.server.request.duration');
  const firstToken = seconds('gen_ai.server.time_to_first_token');
  const eachToken = seconds('gen_ai.server.time_per_output_token');
  const usage = meter.createHistogram('gen_ai.client.token.usage', {
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKENS },
  });
  return (exchange, status) => {
    const { counts, firstPart, milliseconds } = exchange;
    const labels = labelsOf(exchange, status);
    duration.record(milliseconds / 1000, labels);
    if (firstPart !== undefined) firstToken.record(firstPart / 1000, labels);
    if (counts === undefined) return;
    if (firstPart !== undefined && counts.answer > 1)
      eachToken.record((milliseconds - firstPart) / 1000 / (counts.answer - 1), labels);
    usage.record(counts.prompt, { ...labels, 'gen_ai.token.type': 'input' });
    usage.record(counts.answer, { ...labels, 'gen_ai.token.type': 'output' });
  };
}

function labelsOf({ asked, model }: Exchange, status: number): Attributes {
  return {
    'gen_ai.operation.name': asked!.operation,
    'gen_ai.provider.name': PROVIDER,
    'gen_ai.request.model': model!.id,
    'gen_ai.response.model': model!.id,
    ...(status >= 400 && { 'error.type': String(status) }),
  };
}

/** Names of request fields in the conventions. */
const REQUEST: Readonly<Record<string, string>> = {
  max_tokens: 'max_tokens',
  max_completion_tokens: 'max_tokens',
  max_output_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  seed: 'seed',
  n: 'choice.count',
};

function attributesOf(exchange: Exchange, status: number): Attributes {
  const { asked, askedFor, counts, finishReasons, firstPart, id, isStream } = exchange;
  const wishes = Object.entries(REQUEST).flatMap(([field, name]) => {
    const value = asked!.body[field];
    return typeof value === 'number' ? [[`gen_ai.request.${name}`, value]] : [];
  });
  return {
    ...labelsOf(exchange, status),
    ...(Object.fromEntries(wishes) as Attributes),
    'gen_ai.request.model': askedFor,
    ...(asked!.id !== undefined && { 'gen_ai.response.id': asked!.id }),
    ...(finishReasons.length > 0 && { 'gen_ai.response.finish_reasons': finishReasons }),
    ...(counts !== undefined && {
      'gen_ai.usage.input_tokens': counts.prompt,
      'gen_ai.usage.output_tokens': counts.answer,
      'gen_ai.usage.cache_read.input_tokens': counts.shared,
    }),
    ...(firstPart !== undefined && { 'gen_ai.response.time_to_first_chunk': firstPart / 1000 }),
    'gen_ai.request.stream': isStream,
    'attune.request.id': id,
    'http.response.status_code': status,
  };
}

/** Parent span from the client's `traceparent` header, if it sends one. */
function parentOf({ traceParent }: Exchange): Context {
  const [, traceId, spanId, flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceParent ?? '') ?? [];
  if (traceId === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
