// The openai package as applications use it, connected to an app instead of a server.
import type { Hono } from 'hono';
import OpenAI from 'openai';

export function openAiClient(app: Hono, apiKey = 'any'): OpenAI {
  const fetch = async (url: string | URL | Request, init?: RequestInit) =>
    app.request(url as string, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), host: '127.0.0.1:8000' },
    });
  return new OpenAI({ baseURL: 'http://127.0.0.1:8000/v1', apiKey, fetch });
}
