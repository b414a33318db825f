import type { Call } from '../server-call.ts';
import { defineEndpoint } from '../endpoint.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/metrics',
  tag: 'Server',
  summary: 'Metrics for Prometheus',
  isAdmin: true,
  reply: { description: "Metrics with vLLM's names, and attune's own", texts: ['text/plain'] },
  async handle({ server: { metrics } }: Call) {
    const { registry } = metrics;
    return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
  },
});
