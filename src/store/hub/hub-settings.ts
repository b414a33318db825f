import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The hub's address and cache, from the environment variables of Hugging Face's own tools. */
export interface HubSettings {
  /** Without a trailing slash. */
  endpoint: string;
  /** `HF_HUB_CACHE`: shared with the Python library, in its layout. */
  cache: string;
  token?: string;
  /** Whether network requests are disabled. */
  isOffline: boolean;
}

export function hubSettings(environment: NodeJS.ProcessEnv = process.env): HubSettings {
  const { HF_ENDPOINT, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    cache: resolve(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(home, 'hub')),
    token: tokenOf(environment, home),
    isOffline: /^(1|on|yes|true)$/i.test(environment.HF_HUB_OFFLINE ?? ''),
  };
}

/** From the environment, or from the file that `huggingface-cli login` writes. */
function tokenOf({ HF_TOKEN, HF_TOKEN_PATH }: NodeJS.ProcessEnv, home: string): string | undefined {
  const given = HF_TOKEN?.trim();
  if (given) return given;
  const path = HF_TOKEN_PATH || join(home, 'token');
  const saved = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return saved === '' ? undefined : saved;
}
