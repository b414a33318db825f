/** Webhooks in the form of Standard Webhooks (standardwebhooks.com). */
import { createHmac } from 'node:crypto';

export interface WebhookMessage {
  /** Identifier, the same for every attempt. */
  id: string;
  body: string;
  /** Secret in the form `whsec_…`; messages are signed if it is set. */
  secret?: string;
}

/** Posts a message once. @returns why it was rejected; undefined on success */
export async function postWebhook(url: string, message: WebhookMessage, patience: number): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patience);
    // The signed body must not be redirected to another address.
    const options = { method: 'POST', body: message.body, signal, redirect: 'error' } as const;
    const reply = await fetch(url, { ...options, headers: webhookHeaders(message) });
    await reply.body?.cancel();
    return reply.ok ? undefined : `status ${reply.status}`;
  } catch (error) {
    return (error as Error).message;
  }
}

export function webhookHeaders({ id, body, secret }: WebhookMessage): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return headers;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
